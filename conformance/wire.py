"""A request and its answer as they stand on the wire, byte by byte."""

import asyncio
import contextlib

import httpx2 as httpx

from conformance.exchange import Request

_MOST = 1024 * 1024
_PIECE = 64 * 1024


def head(request: Request, url: httpx.URL, headers: dict[str, str]) -> bytes:
    """Write the head of a request down, with the ``headers`` that go with every request."""
    sent = {"Host": url.netloc.decode(), "Connection": "close", **headers, **dict(request.headers)}
    if request.body:
        sent["Content-Length"] = str(len(request.body))
    lines = [f"{request.method} {url.raw_path.decode()} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request, opening: bytes, hesitation: float
) -> bytes:
    """Send a request and give every byte that comes back; its body waits for that as long as ``hesitation``."""
    writer.write(opening)
    reading = asyncio.ensure_future(_until_end(reader))
    try:
        if hesitation:
            await asyncio.wait([reading], timeout=hesitation)
        if request.body and not reading.done():
            # Who has heard enough hangs up: what it said counts.
            with contextlib.suppress(ConnectionError):
                writer.write(request.body)
                await writer.drain()
        return await reading
    finally:
        reading.cancel()


async def _until_end(reader: asyncio.StreamReader) -> bytes:
    received = b""
    while len(received) < _MOST:
        try:
            # A server may keep the connection although it was asked not to: silence ends it then.
            async with asyncio.timeout(1.0 if b"\r\n\r\n" in received else None):
                piece = await reader.read(_PIECE)
        except TimeoutError:
            break
        except ConnectionError:
            if not received:
                raise
            break
        if not piece:
            break
        received += piece
    return received
