"""Guide sections 9 and 20: an HTTP error, and a custom one."""

from typing import NoReturn

from fastapi import APIRouter, Depends

from reference_app.core.errors import MY_ERROR, MyError, Unauthenticated, documented
from reference_app.models.schemas import Accepted

router = APIRouter(tags=["errors"])


async def allowed(is_allowed: bool = False) -> None:
    """Refuse whoever does not say that they are allowed."""
    if not is_allowed:
        raise Unauthenticated("Unauthorized")


@router.get("/secure", dependencies=[Depends(allowed)], responses=documented(Unauthenticated))
async def secure() -> Accepted:
    """Answer the allowed."""
    return Accepted()


@router.get("/my-error", response_model=None, responses=MY_ERROR)
async def my_error(message: str) -> NoReturn:
    """Fail with a message."""
    raise MyError(message)
