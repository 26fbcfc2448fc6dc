"""The body of an answer, read no further than it is wanted."""

import zlib
from collections.abc import Callable

import httpx2 as httpx


async def read(incoming: httpx.Response, cap: int, arrived: Callable[[], None]) -> bytes:
    """Give no more than one byte over ``cap`` of a body as it is when it is unfolded.

    ``arrived`` is called for every piece. Raises DecodingError where the body is not as it says.
    """
    encoding = incoming.headers.get("content-encoding", "").lower()
    # The size of what a compressed body unfolds to is bounded here, not by the library.
    unfold = zlib.decompressobj(47) if encoding in ("gzip", "x-gzip", "deflate") else None
    body = bytearray()
    async for piece in incoming.aiter_raw():
        arrived()
        try:
            body += unfold.decompress(piece, cap + 1 - len(body)) if unfold else piece
        except zlib.error as error:
            raise httpx.DecodingError(f"the body is not {encoding}: {error}") from error
        if len(body) > cap:
            break
    return bytes(body)
