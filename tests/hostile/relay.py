"""A relay before the guide's app: what it does not do itself, on one route or on all, the app answers."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlsplit

from tests.servers import Received, Talk, read_request, say, say_without_end, serving

Deed = Callable[[Received, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def relay(upstream: str, deeds: dict[str, Deed]) -> Talk:
    """Do what is laid down for a path (``*``: for every path) and hand everything else on."""
    address = urlsplit(upstream)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader, writer)
        if request is None:
            return
        deed = deeds.get(request.path.partition("?")[0], deeds.get("*"))
        if deed is not None:
            await deed(request, reader, writer)
            return
        theirs, ours = await asyncio.open_connection(address.hostname, address.port)
        upgraded = request.header("upgrade") is not None
        asked = asyncio.ensure_future(_pump(reader, ours)) if upgraded else None
        try:
            ours.write(request.raw if upgraded else _once(request.raw))
            await _pump(theirs, writer)
        finally:
            # What was not sent yet nobody waits for any more.
            ours.transport.abort()
            if asked is not None:
                asked.cancel()

    return talk


def saying(*pieces: bytes, pause: float = 0.0) -> Deed:
    """Answer with these bytes, a pause after each, and close the connection."""

    async def deed(request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await say(writer, *pieces, pause=pause)

    return deed


def forever(head: bytes, piece: bytes, pause: float = 0.0) -> Deed:
    """Answer with a head, and a piece again and again until the client has had enough."""

    async def deed(request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await say_without_end(writer, head, piece, pause)

    return deed


@contextlib.contextmanager
def relaying(upstream: str, deeds: dict[str, Deed]) -> Iterator[str]:
    """Serve a relay and give its base URL."""
    with serving(relay(upstream, deeds)) as url:
        yield url


def _once(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
