"""Guide section 25: a route with a rate limit."""

from fastapi import APIRouter, Depends

from reference_app.core.errors import TooManyRequests, documented
from reference_app.dependencies import limit_rate
from reference_app.models.schemas import Accepted

router = APIRouter(tags=["reliability"])


@router.get("/limited", dependencies=[Depends(limit_rate)], responses=documented(TooManyRequests))
async def limited() -> Accepted:
    """Answer whoever has not asked too often."""
    return Accepted()
