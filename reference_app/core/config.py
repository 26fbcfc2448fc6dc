"""Typed settings from the environment and `.env` (guide section 22)."""

import sys
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# uvicorn and gunicorn stop the parent process on this status. On any other they would go on
# starting workers that cannot start.
STARTUP_FAILURE = 3

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def _with_async_driver(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("not a database URL") from None
    driver = ASYNC_DRIVERS.get(parsed.drivername, parsed.drivername)
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


DatabaseUrl = Annotated[str, AfterValidator(_with_async_driver)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*\s]+$")]
Password = Annotated[SecretStr, Field(min_length=8)]
SigningSecret = Annotated[SecretStr, Field(min_length=32)]  # RFC 7518, section 3.2


class Settings(BaseSettings):
    """Everything that differs from one deployment to the next; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: DatabaseUrl = "sqlite+aiosqlite:///docubot.db"
    secret_file: Path = Path("docubot.secret")

    jwt_secret: SigningSecret | None = None
    jwt_issuer: str = "docubot"
    jwt_audience: str = "docubot-api"
    jwt_lifetime: Annotated[int, Field(gt=0, description="seconds")] = 1800

    api_key: Password | None = None
    user_username: str = "user"
    user_password: Password | None = None
    admin_username: str = "admin"
    admin_password: Password | None = None

    cors_origins: Annotated[list[Origin], NoDecode, BeforeValidator(_split)] = ["http://localhost:3000"]
    rate_limit_storage: str = "async+memory://"

    llm_provider: Literal["extractive", "openai"] = "extractive"
    llm_timeout: Annotated[float, Field(gt=0, le=300, description="seconds")] = 20
    openai_api_key: SecretStr | None = None
    openai_base_url: HttpUrl = HttpUrl("https://api.openai.com/v1")
    openai_model: str = "gpt-4o-mini"

    @model_validator(mode="after")
    def _provider_has_its_key(self) -> Self:
        if self.llm_provider == "openai" and not self.openai_api_key:
            raise PydanticCustomError("missing_key", "OPENAI_API_KEY is required with LLM_PROVIDER=openai")
        return self


def load_settings() -> Settings:
    """Read the settings, or end the process with one line that names what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        # Only names and rules: the values that were refused may be secrets.
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper()} {problem['msg']}" for problem in error.errors()
        )
        sys.stderr.write(f"docubot cannot start: {problems.strip()}\n")
        sys.exit(STARTUP_FAILURE)
