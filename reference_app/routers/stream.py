"""Guide section 17: an answer that is sent while it is made."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AllowInfNan

router = APIRouter(tags=["streaming"])

Count = Annotated[int, Query(ge=1, le=100)]
Interval = Annotated[float, Query(ge=0, le=1), AllowInfNan(False)]


class TextStream(StreamingResponse):
    """A stream whose media type the OpenAPI document knows too."""

    media_type = "text/plain"


async def chunks(count: int, interval: float) -> AsyncIterator[bytes]:
    """Make a line, wait, make the next."""
    yield b"chunk1\n"
    for number in range(2, count + 1):
        await asyncio.sleep(interval)
        yield f"chunk{number}\n".encode()


@router.get("/stream", response_class=TextStream)
async def stream(count: Count = 2, interval: Interval = 0) -> TextStream:
    """Send `count` lines, `interval` seconds apart."""
    return TextStream(chunks(count, interval))
