"""What the reference app's tests share: settings that touch nothing outside a test's folder."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.core.config import Settings
from reference_app.main import create_app
from reference_app.services.database import create_tables, open_database


@pytest.fixture
def anyio_backend() -> str:
    """Tests run on asyncio, as uvicorn does."""
    return "asyncio"


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Make settings from the arguments alone: no `.env`, files in the test's folder."""

    def make(**values: Any) -> Settings:
        defaults: dict[str, Any] = {
            "_env_file": None,
            "database_url": f"sqlite:///{tmp_path / 'test.db'}",
            "secret_file": tmp_path / "test.secret",
        }
        return Settings(**(defaults | values))

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings with nothing but a place for files; hashing passwords takes its time."""
    return make_settings()


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """An application that has not started."""
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of an application that has; an unexpected error is an answer, not an exception."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """A database with its tables."""
    engine = open_database(settings.database_url)
    await create_tables(engine)
    yield engine
    await engine.dispose()
