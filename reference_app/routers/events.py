"""Guide section 15: work that is done after the answer."""

from fastapi import APIRouter, BackgroundTasks

from reference_app.dependencies import Events, PageOf, Seconds
from reference_app.models.schemas import Accepted, EventPage

router = APIRouter(prefix="/events", tags=["events"])


@router.post("")
async def create_event(tasks: BackgroundTasks, events: Events, work: Seconds = 0) -> Accepted:
    """Accept an event, whose work takes `work` seconds."""
    tasks.add_task(events.record, "event created", work)
    return Accepted()


@router.get("")
async def list_events(page: PageOf, events: Events) -> EventPage:
    """List a part of the events whose work is done, newest first."""
    return await events.page(page.limit, page.offset)
