"""The application itself: its dependencies, and its framework's test client."""

import asyncio
import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from conformance.checks import CannotTell, fail
from conformance.settings import Settings

NAME = "get_current_user"
# Where a framework keeps the client that its users test with.
_CLIENTS = {"fastapi": "fastapi.testclient", "starlette": "starlette.testclient", "litestar": "litestar.testing"}
_SECONDS = 15.0


@dataclass(frozen=True)
class Answer:
    """What the test client saw: a status and a body, or why there is none."""

    status: int = 0
    text: str = ""
    failure: str | None = None


def current_user(application: Any, settings: Settings) -> Any:
    """Give the dependency that says who the user is: the configured one, else the one of the guide's name.

    Raises Mismatch where ``/me`` asks no dependency, and CannotTell where none has that name.
    """
    if settings.current_user:
        return _configured(settings.current_user)
    route = next((r for r in _routes(application) if getattr(r, "path", "").rstrip("/").endswith("/me")), None)
    asked = list(_dependencies(getattr(route, "dependant", None)))
    named = [call for call in asked if getattr(call, "__name__", "") == NAME]
    if named:
        return named[0]
    in_module = getattr(getattr(route, "endpoint", None), "__globals__", {}).get(NAME)
    if in_module is not None:
        return in_module
    if not asked:
        fail(None, f"GET /me to depend on {NAME}", "the route asks no dependency that a test could replace")
    raise CannotTell(f"needs to know the dependency that stands for {NAME}: name it as target.current_user")


def _configured(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise CannotTell(f"target.current_user {name} cannot be found: {error}") from None


def _routes(holder: Any, depth: int = 0) -> Iterator[Any]:
    # Since FastAPI 0.137 an included router is one entry that holds its own routes.
    for route in getattr(holder, "routes", None) or ():
        yield route
        for inner in ("router", "app", "original_router"):
            if depth < 10 and hasattr(getattr(route, inner, None), "routes"):
                yield from _routes(getattr(route, inner), depth + 1)


def _dependencies(dependant: Any) -> Iterator[Any]:
    for inner in getattr(dependant, "dependencies", None) or ():
        if getattr(inner, "call", None) is not None:
            yield inner.call
        yield from _dependencies(inner)


def overrides(application: Any) -> list[dict[Any, Any]]:
    """Give where an application, and each that is mounted in it, keeps what stands for its dependencies.

    Raises CannotTell where none of them is FastAPI's.
    """
    mounted = [getattr(route, name, None) for route in _routes(application) for name in ("app", "_base_app")]
    kept = [getattr(each, "dependency_overrides", None) for each in (application, *mounted)]
    # One that Starlette mounts with middleware is named twice.
    found = {id(each): each for each in kept if isinstance(each, dict)}
    if not found:
        raise CannotTell("concerns FastAPI applications, which have dependency_overrides", applies=False)
    return list(found.values())


@contextmanager
def replaced(kept: list[dict[Any, Any]], dependency: Any, by: Any) -> Iterator[None]:
    """Have something else stand for a dependency meanwhile."""
    for each in kept:
        each[dependency] = by
    try:
        yield
    finally:
        for each in kept:
            each.pop(dependency, None)


def in_test_client(application: Any, path: str) -> Answer:
    """Ask an application in its framework's own test client, or over plain ASGI where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client = _client(application)
            if client is None:
                return asyncio.run(_over_asgi(application, path))
            with client as entered:
                answer = entered.get(path)
        return Answer(answer.status_code, answer.text)
    except Exception as error:  # noqa: BLE001 - whatever an application raises is its own
        return Answer(failure=f"{type(error).__name__}: {error}")


def _client(application: Any) -> Any:
    families = [base.__module__.partition(".")[0] for base in type(application).__mro__]
    for family in families:
        if family in _CLIENTS:
            try:
                return importlib.import_module(_CLIENTS[family]).TestClient(application)
            except (ImportError, RuntimeError):
                # An older framework's client needs an HTTP library that is not installed.
                return None
    return None


async def _over_asgi(application: Any, path: str) -> Answer:
    """Run the lifespan by hand around one request (ASGI, lifespan protocol)."""
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    await to_app.put({"type": "lifespan.startup"})
    state: dict[str, Any] = {}
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}

    async def served(request: Any, receive: Any, send: Any) -> None:
        # What the start-up noted is part of every request (ASGI, lifespan state).
        await application({**request, "state": state.copy()}, receive, send)

    lifespan = asyncio.ensure_future(application(scope, to_app.get, from_app.put))
    async with asyncio.timeout(_SECONDS):
        said = asyncio.ensure_future(from_app.get())
        await asyncio.wait({lifespan, said}, return_when=asyncio.FIRST_COMPLETED)
        # An application that knows no lifespan raises, and is served all the same.
        if said.done() and said.result()["type"].endswith("failed"):
            return Answer(failure=f"its start-up failed: {said.result().get('message', '')}")
        said.cancel()
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", follow_redirects=True
        ) as client:
            answer = await client.get(path)
        if not lifespan.done():
            await to_app.put({"type": "lifespan.shutdown"})
            await lifespan
        else:
            lifespan.exception()
    return Answer(answer.status_code, answer.text)


def counted(dependency: Any, called: Callable[[], None]) -> Any:
    """Give a dependency that says when it is called, and otherwise is the one given."""
    call = dependency if inspect.isroutine(dependency) else dependency.__call__

    def plain(*args: Any, **kwargs: Any) -> Any:
        called()
        return dependency(*args, **kwargs)

    async def waiting(*args: Any, **kwargs: Any) -> Any:
        called()
        return await dependency(*args, **kwargs)

    async def streaming(*args: Any, **kwargs: Any) -> Any:
        called()
        async for value in dependency(*args, **kwargs):
            yield value

    def yielding(*args: Any, **kwargs: Any) -> Any:
        called()
        yield from dependency(*args, **kwargs)

    kinds = (
        (inspect.isasyncgenfunction, streaming),
        (inspect.iscoroutinefunction, waiting),
        (inspect.isgeneratorfunction, yielding),
    )
    wrapper: Any = next((made for is_kind, made in kinds if is_kind(call)), plain)
    # FastAPI reads the parameters of a dependency from its signature, its annotations resolved.
    wrapper.__signature__ = _resolved_signature(call)
    return wrapper


def runs(application: Any, settings: Settings) -> int | None:
    """Give how often the current user's dependency ran, None where it has no ``functools.lru_cache`` to tell."""
    told = getattr(current_user(application, settings), "cache_info", None)
    return told().misses if callable(told) else None


def _resolved_signature(call: Any) -> inspect.Signature:
    try:
        return inspect.signature(call, eval_str=True)
    except Exception:  # noqa: BLE001 - an annotation may name what is not imported when it runs
        return inspect.signature(call)
