"""Guide sections 10 and 13: tokens, who is asking, and what they may do."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import OAuth2PasswordRequestForm

from reference_app.core.body_limit import LimitedRoute
from reference_app.core.errors import (
    BODY_ERRORS,
    Forbidden,
    Unauthenticated,
    WrongApiKey,
    documented,
)
from reference_app.dependencies import (
    Administrator,
    Bearer,
    Counts,
    Logins,
    TokenIssuer,
    User,
    get_current_user,
    require_api_key,
)
from reference_app.models.schemas import CurrentUser, Me, Token, Usage

router = APIRouter(tags=["account"], route_class=LimitedRoute, responses=documented(Unauthenticated))


@router.post("/token", responses=BODY_ERRORS)
async def issue_token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], logins: Logins, tokens: TokenIssuer
) -> Token:
    """Exchange a name and a password for an access token."""
    account = await logins.authenticate(form.username, form.password)
    return Token(access_token=tokens.issue(account.username, account.roles))


@router.get("/me", response_model=Me, dependencies=[Depends(get_current_user)])
async def me(user: User) -> CurrentUser:
    """Who is asking; the dependency that is asked for twice runs once."""
    return user


@router.get("/protected", response_model=Me)
async def protected(user: Bearer) -> CurrentUser:
    """The same by a plain bearer token."""
    return user


@router.get("/admin", responses=documented(Forbidden))
async def admin(user: Administrator) -> CurrentUser:
    """What only administrators see: here, their own roles."""
    return user


@router.get("/usage", dependencies=[Depends(require_api_key)], responses=documented(WrongApiKey))
async def usage(counts: Counts) -> Usage:
    """How much is stored, for whoever has the API key."""
    return await counts.read()
