"""Guide sections 2 and 4: the greeting, and whether the process is alive."""

from fastapi import APIRouter

from reference_app.models.schemas import Health, Message

router = APIRouter(tags=["health"])


@router.get("/")
async def root() -> Message:
    """Greet."""
    return Message(message="Hello, DocuBot!")


@router.get("/health")
async def health() -> Health:
    """Answer without touching anything that could be slow."""
    return Health()
