"""Guide sections 5, 6 and 11: users, and a router with a prefix and a tag."""

from typing import Annotated

from fastapi import APIRouter, Path, status

from reference_app.core.body_limit import LimitedRoute
from reference_app.core.errors import BODY_ERRORS
from reference_app.dependencies import Users
from reference_app.models.schemas import SAFE_INTEGER, UserIn, UserOut

router = APIRouter(prefix="/users", tags=["users"], route_class=LimitedRoute)


@router.post("", status_code=status.HTTP_201_CREATED, responses=BODY_ERRORS)
async def create_user(new: UserIn, users: Users) -> UserOut:
    """Store a user and answer it with its number."""
    return await users.add(new)


@router.get("/{user_id}", response_model_exclude_none=True)
async def get_user(user_id: Annotated[int, Path(ge=0, le=SAFE_INTEGER)], users: Users) -> UserOut:
    """Read a user; a number that nobody has is answered by itself."""
    return await users.get(user_id)
