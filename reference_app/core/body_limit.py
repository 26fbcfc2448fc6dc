"""A limit on request bodies that holds while they stream in (guide section 16)."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from reference_app.core.errors import TooLarge

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


class LimitedRoute(APIRoute):
    """A route that reads no more of a body than it has use for.

    FastAPI's own `max_body_size` answers plain text where `Content-Length` gives the size away;
    here every 413 is in the format of all errors.
    """

    max_body: ClassVar[int] = MEBIBYTE

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Hand the route a request whose body ends in `TooLarge` at the limit."""
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            return await handle(Request(request.scope, _limited(request.receive, self.max_body)))

        return limited


def _limited(receive: Receive, limit: int) -> Receive:
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            await _discard(receive, message, limit)
            raise TooLarge
        return message

    return limited


async def _discard(receive: Receive, message: Message, most: int) -> None:
    """Read on for a while: a client cut off while it sends may never see the answer."""
    size = 0
    while message.get("more_body") and size <= most:
        message = await receive()
        size += len(message.get("body", b""))
