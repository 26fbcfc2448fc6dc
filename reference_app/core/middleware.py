"""What surrounds every request (guide sections 12 and 25).

From the outside in: the envelope, with the request's id, log line and count; CORS, for requests
that a browser's page makes; the answer to unexpected errors, which stands innermost so that a 500
too has its id and its CORS headers.
"""

import random
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_app.core.errors import answer_unexpected
from reference_app.core.logging import log_request, request_id
from reference_app.core.metrics import Metrics

VARY = (b"vary", b"Origin")

log = structlog.get_logger()


class Envelope:
    """Gives each request an id, one log line and one count, and sends pages' requests by CORS.

    One layer of pure ASGI where there are libraries for each of these: one around the other they
    cost two fifths of the requests that the application can answer, and this a seventh
    (`benchmarks/reference_load.py`).
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, origins: Sequence[str]) -> None:
        self.app = app
        self.cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch what is sent back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        status = 0
        finished = False
        app, headers = self._open(scope)

        async def watch(message: Message) -> None:
            nonlocal status, finished
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *headers]
            elif not message.get("more_body"):
                # Before the last byte, so that whoever has the answer finds it counted; and not
                # when the application returns, which is after the background tasks.
                finished = True
                self._close(scope, status, started)
            await send(message)

        try:
            await app(scope, receive, watch)
        except Exception:
            log.exception("unexpected error", method=scope["method"], path=scope["path"])
            if not status:
                raise
        finally:
            if not finished:
                self._close(scope, status, started)

    def _open(self, scope: Scope) -> tuple[ASGIApp, list[tuple[bytes, bytes]]]:
        """Choose the way in, and the headers on the way out."""
        app, headers = self.app, [VARY]  # CORS would add no more to what comes from no page
        chosen = f"{random.getrandbits(128):032x}"  # no secret, so no system call
        for name, value in scope["headers"]:
            if name == b"origin":
                app, headers = self.cors, []
            elif name == b"x-request-id" and _is_uuid(value):
                chosen = value.decode()
        request_id.set(chosen)
        return app, [*headers, (b"x-request-id", chosen.encode())]

    def _close(self, scope: Scope, status: int, started: float) -> None:
        seconds = perf_counter() - started
        self.metrics.observe(scope, status, seconds)
        log_request(scope["method"], scope["path"], status, seconds)


def install_middleware(app: FastAPI, metrics: Metrics, origins: Sequence[str]) -> None:
    """Add the layers; what is added last stands outermost."""
    app.add_middleware(ServerErrorMiddleware, handler=answer_unexpected)
    app.add_middleware(Envelope, metrics=metrics, origins=origins)


def _is_uuid(text: bytes) -> bool:
    # Any other text could be anything.
    try:
        UUID(text.decode())
    except ValueError:
        return False
    return True
