"""What the routers ask for: storage, retrieval, language model, accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio import to_thread
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from limits.storage import storage_from_string

from reference_app.core.config import Settings
from reference_app.core.security import Tokens
from reference_app.services.accounts import Accounts
from reference_app.services.database import create_tables, open_database
from reference_app.services.llm import LanguageModel, open_model
from reference_app.services.retriever import Retriever
from reference_app.services.storage import EventStore, ItemStore, UsageStore, UserStore


@dataclass(frozen=True, slots=True)
class Services:
    """All of them, open."""

    items: ItemStore
    users: UserStore
    events: EventStore
    usage: UsageStore
    retriever: Retriever
    model: LanguageModel
    accounts: Accounts
    tokens: Tokens
    limiter: RateLimiter
    api_key: str | None


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything that the settings ask for, and close it in the end."""
    engine = open_database(settings.database_url)
    model = open_model(settings)
    try:
        await create_tables(engine)
        yield Services(
            items=ItemStore(engine),
            users=UserStore(engine),
            events=EventStore(engine),
            usage=UsageStore(engine),
            retriever=Retriever(engine),
            model=model,
            accounts=await to_thread.run_sync(Accounts, settings),
            tokens=await to_thread.run_sync(Tokens, settings),
            limiter=MovingWindowRateLimiter(storage_from_string(settings.rate_limit_storage)),
            api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        )
    finally:
        await model.close()
        await engine.dispose()
