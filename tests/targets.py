"""Targets that tests name: learnt by heart, one that does not start, and right ones that are right in other ways."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.security import OAuth2PasswordBearer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from conformance.client import MIB
from fixtures.faults import right
from fixtures.implementations import guide
from tests.servers import Received, answer

ITEM = {"id": "123", "name": "pen", "price": 1.2}
# The guide's examples, and nothing but them.
BY_HEART: dict[tuple[str, str], tuple[int, Any]] = {
    ("GET", "/"): (200, {"message": "Hello, FastAPI!"}),
    ("GET", "/health"): (200, {"status": "ok"}),
    ("GET", "/users/1"): (200, {"user_id": 1}),
    ("POST", "/users"): (200, {"email": "ada@example.org", "age": 36}),
    ("GET", "/search"): (200, {"q": "fastapi", "limit": 10}),
    ("POST", "/items"): (201, {"id": "123"}),
    ("GET", "/items"): (200, {"limit": 20, "offset": 0}),
    ("GET", "/items/123"): (200, ITEM),
    ("DELETE", "/items/123"): (200, {"deleted": 123}),
    ("GET", "/secure"): (401, {"detail": "Unauthorized"}),
    ("GET", "/secure?is_allowed=false"): (401, {"detail": "Unauthorized"}),
    ("GET", "/secure?is_allowed=true"): (200, {"ok": True}),
    ("GET", "/me"): (200, {"user_id": "u1"}),
    ("GET", "/protected"): (200, {"ok": True}),
    ("GET", "/sync"): (200, {"mode": "sync"}),
    ("GET", "/async"): (200, {"mode": "async"}),
    ("POST", "/events"): (200, {"ok": True}),
    ("POST", "/upload"): (200, {"filename": "notes.txt", "bytes": 5}),
    ("POST", "/ask"): (200, {"answer": "What is FastAPI?", "top_k": 5}),
    ("GET", "/my-error"): (400, {"error": "oops"}),
    ("GET", "/openapi.json"): (200, guide.app.openapi()),
}


def by_heart(request: Received) -> bytes:
    """Answer as the guide's examples do, whatever is asked for in particular."""
    path = request.path if request.path.startswith("/secure") else request.path.partition("?")[0]
    status, value = BY_HEART.get((request.method, path), (404, {"detail": "Not Found"}))
    return answer(status, json.dumps(value).encode())


@asynccontextmanager
async def _refuse(app: FastAPI) -> AsyncIterator[None]:
    if app:
        raise RuntimeError("no database")
    yield


broken_start = FastAPI(lifespan=_refuse)

# FastAPI learns from Starlette where it is mounted, and its documentation follows.
prefixed = Starlette(routes=[Mount("/api/v1", app=guide.app)])


def _with_slashes() -> FastAPI:
    """Give the guide's app as its routers would be with ``@router.post("/")``: every path ends in a slash."""
    app = FastAPI(title=guide.app.title, version=guide.app.version)
    app.user_middleware[:] = guide.app.user_middleware
    app.add_exception_handler(guide.MyError, guide.my_error_handler)  # type: ignore[arg-type]
    app.add_api_websocket_route("/ws", guide.ws)
    users = {route.path: route for route in guide.router.routes if isinstance(route, APIRoute)}
    for route in [*guide.app.routes, *users.values()]:
        # Older versions of FastAPI list what a router brought in among the application's own.
        if isinstance(route, APIRoute) and (route.path not in users or route is users[route.path]):
            app.add_api_route(
                f"{route.path.rstrip('/')}/",
                route.endpoint,
                methods=sorted(route.methods or ()),
                status_code=route.status_code,
                response_model=route.response_model,
                tags=route.tags,
            )
    return app


slashed = _with_slashes()


class _Otherwise:
    """The guide's app as other frameworks would have it.

    A preflight is answered for the methods that a path has; a script of the documentation's page names
    the document as if the page were a folder; what is no HTTP in the head of a part breaks the form; a body
    of more than 1 MiB is refused, as by a proxy in front; comments in JSON are passed over; and every request
    needs what the start-up noted.
    """

    def __init__(self) -> None:
        page = HTMLResponse('<!doctype html><div id="ui"></div><script src="/docs/static/start.js"></script>')
        start = PlainTextResponse("SwaggerUIBundle({url: resolveUrl('./json')})", media_type="text/javascript")
        self._pages: dict[str, Response] = {
            "/docs": page,
            "/docs/static/start.js": start,
            "/docs/json": JSONResponse(guide.app.openapi()),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"]["started"] = True
        if scope["type"] != "http":
            await guide.app(scope, receive, send)
            return
        assert scope["state"]["started"]
        request = Request(scope, receive)
        body = await request.body()
        if request.headers.get("content-type") == "application/json":
            body = re.sub(rb'("(?:[^"\\]|\\.)*")|/\*.*?\*/', lambda found: found[1] or b"", body)
        coming = iter([{"type": "http.request", "body": body}])

        async def replay() -> Message:
            return next(coming, None) or await receive()

        own = self._answer(request, body)
        await (own or guide.app)(scope, replay, send)

    def _answer(self, request: Request, body: bytes) -> Response | None:
        if request.headers.get("access-control-request-method") in ("PUT", "PATCH"):
            return PlainTextResponse("Not Found", 404)
        if re.search(rb"\r\nContent-Disposition:[^\r\n]*[\0-\x08\x0e-\x1f]", body):
            return PlainTextResponse("Internal Server Error", 500)
        if len(body) > MIB:
            return PlainTextResponse("Request Entity Too Large", 413)
        return self._pages.get(request.url.path) if request.method == "GET" else None


otherwise = _Otherwise()


def _in_other_ways() -> FastAPI:
    """Give the guide's app behind a proxy, mounted, with OAuth2's reader of tokens and a document called 3.0."""
    app = right("guide")
    assert isinstance(app, FastAPI)
    app.root_path = "/api/v1"
    app.openapi_version = "3.0.3"
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != "/protected"]

    @app.get("/protected")
    def protected(token: Annotated[str, Depends(OAuth2PasswordBearer("token"))]) -> Any:
        return {"ok": True}

    # Documented for all errors of one method, which a method that is not allowed is none of.
    answers = app.openapi()["paths"]["/users"]["post"]["responses"]
    answers["4XX"] = answers.pop("422")
    # Each application keeps what stands for the dependencies of its own routes.
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    outer.mount("/", app)
    return outer


in_other_ways = _in_other_ways()
