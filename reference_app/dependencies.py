"""What handlers ask for by type (guide section 10)."""

import math
import secrets
import time
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
)
from limits import parse
from pydantic import AllowInfNan

from reference_app.core.errors import Forbidden, TooManyRequests, WrongApiKey
from reference_app.core.security import Tokens
from reference_app.models.schemas import SAFE_INTEGER, CurrentUser
from reference_app.services import Services
from reference_app.services.accounts import Accounts
from reference_app.services.llm import LanguageModel
from reference_app.services.retriever import Retriever
from reference_app.services.storage import EventStore, ItemStore, UsageStore, UserStore

oauth2 = OAuth2PasswordBearer(tokenUrl="token")
bearer = HTTPBearer(bearerFormat="JWT")
api_key_header = APIKeyHeader(name="X-API-Key")

LIMIT = parse("5 per 10 seconds")

# FastAPI runs a `def` dependency in a thread; none of these waits for anything, hence `async def`.


async def get_services(request: Request) -> Services:
    """What the lifespan has opened."""
    services: Services = request.app.state.services
    return services


AllServices = Annotated[Services, Depends(get_services)]


async def get_items(services: AllServices) -> ItemStore:
    """The items."""
    return services.items


async def get_users(services: AllServices) -> UserStore:
    """The users."""
    return services.users


async def get_events(services: AllServices) -> EventStore:
    """The events."""
    return services.events


async def get_usage(services: AllServices) -> UsageStore:
    """The counts."""
    return services.usage


async def get_retriever(services: AllServices) -> Retriever:
    """The uploaded texts."""
    return services.retriever


async def get_model(services: AllServices) -> LanguageModel:
    """The language model."""
    return services.model


async def get_accounts(services: AllServices) -> Accounts:
    """Who may log in."""
    return services.accounts


async def get_tokens(services: AllServices) -> Tokens:
    """The issuer of tokens."""
    return services.tokens


TokenIssuer = Annotated[Tokens, Depends(get_tokens)]


async def get_token(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    """The bearer token of the request, not yet verified (guide section 13)."""
    return credentials.credentials


async def get_bearer(token: Annotated[str, Depends(get_token)], tokens: TokenIssuer) -> CurrentUser:
    """Whoever the plain bearer token names."""
    return tokens.verify(token)


async def get_current_user(token: Annotated[str, Depends(oauth2)], tokens: TokenIssuer) -> CurrentUser:
    """Whoever the access token names (guide sections 10 and 13)."""
    return tokens.verify(token)


User = Annotated[CurrentUser, Depends(get_current_user)]


async def get_administrator(user: User) -> CurrentUser:
    """The current user, if they are an administrator."""
    if "admin" not in user.roles:
        raise Forbidden
    return user


async def require_api_key(key: Annotated[str, Depends(api_key_header)], services: AllServices) -> None:
    """Let nobody in without the key of the settings, and nobody at all if there is none."""
    expected = services.api_key
    if not expected or not secrets.compare_digest(key.encode(), expected.encode()):
        raise WrongApiKey


async def limit_rate(request: Request, services: AllServices) -> None:
    """Let a client in five times in any ten seconds; each worker counts by itself."""
    client = request.client.host if request.client else "unknown"
    if await services.limiter.hit(LIMIT, client):
        return
    window = await services.limiter.get_window_stats(LIMIT, client)
    wait = math.ceil(window.reset_time - time.time())
    raise TooManyRequests(headers={"Retry-After": str(max(1, wait))})


class Pagination:
    """Which part of a list is wanted (guide section 10)."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=SAFE_INTEGER)] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


Items = Annotated[ItemStore, Depends(get_items)]
Users = Annotated[UserStore, Depends(get_users)]
Events = Annotated[EventStore, Depends(get_events)]
Counts = Annotated[UsageStore, Depends(get_usage)]
Texts = Annotated[Retriever, Depends(get_retriever)]
Model = Annotated[LanguageModel, Depends(get_model)]
Logins = Annotated[Accounts, Depends(get_accounts)]
Bearer = Annotated[CurrentUser, Depends(get_bearer)]
Administrator = Annotated[CurrentUser, Depends(get_administrator)]
PageOf = Annotated[Pagination, Depends()]
Seconds = Annotated[float, Query(ge=0, le=2), AllowInfNan(False)]
