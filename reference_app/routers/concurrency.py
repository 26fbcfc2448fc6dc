"""Guide section 14: a slow answer holds no other back, in a thread or on the event loop."""

import asyncio
import time

from fastapi import APIRouter

from reference_app.dependencies import Seconds
from reference_app.models.schemas import AsyncMode, SyncMode

router = APIRouter(tags=["concurrency"])


@router.get("/sync")
def sync_route(delay: Seconds = 0) -> SyncMode:
    """Wait in a thread of the pool."""
    time.sleep(delay)
    return SyncMode()


@router.get("/async")
async def async_route(delay: Seconds = 0) -> AsyncMode:
    """Wait on the event loop, which serves others meanwhile."""
    await asyncio.sleep(delay)
    return AsyncMode()
