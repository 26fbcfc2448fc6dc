"""What a run is told, by options and configuration file together."""

import base64
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

DEFAULT_FILE = "conformance.toml"
# How many values of each kind are tried, by effort.
EXAMPLES = {"quick": 8, "standard": 25, "deep": 150}
_SECRET_ENDINGS = ("KEY", "SECRET", "TOKEN", "PASSWORD", "AUTHORIZATION", "COOKIE")


class UsageError(Exception):
    """The person who started the run gave something that cannot be used; the message is one line."""


@dataclass(frozen=True)
class Account:
    """Somebody who can get a token from the target."""

    username: str
    password: str

    @property
    def pair(self) -> str:
        """Its name and password as they travel (RFC 7617, section 2)."""
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class JWTKey:
    """How the target signs its tokens (RFC 7519)."""

    secret: str
    algorithm: str = "HS256"
    issuer: str | None = None
    audience: str | None = None


@dataclass(frozen=True)
class Credentials:
    """The run's credentials; what is not given is not verified."""

    bearer: str | None = None
    api_key: str | None = None
    user: Account | None = None
    admin: Account | None = None
    jwt: JWTKey | None = None

    def secrets(self) -> Iterator[str]:
        """Give every text of these that must not be shown."""
        jwt = self.jwt.secret if self.jwt else None
        accounts = [text for each in (self.user, self.admin) if each for text in (each.password, each.pair)]
        yield from (text for text in (self.bearer, self.api_key, jwt, *accounts) if text)


@dataclass(frozen=True)
class Waiver:
    """A known deviation: it must still fail, or the run fails."""

    requirement: str
    reason: str
    issue: str | None = None
    until: datetime.date | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that one run was told, options and configuration file together.

    ``folder`` is where relative paths, the application's modules and the command start from.
    """

    url: str | None = None
    app: str | None = None
    command: str | None = None
    source: Path | None = None
    profile: str = "core"
    openapi: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False
    section: tuple[str, ...] = ()
    requirement: tuple[str, ...] = ()
    effort: str = "standard"
    report_dir: Path = Path("conformance-report")
    env: Mapping[str, str] = field(default_factory=dict)
    required_env: tuple[str, ...] = ()
    current_user: str | None = None
    workers_command: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None
    trust_env: bool = False
    credentials: Credentials = Credentials()
    waivers: tuple[Waiver, ...] = ()
    folder: Path = Path()

    @property
    def has_target(self) -> bool:
        """Whether there is anything to send requests to, or to look at."""
        return any((self.url, self.app, self.command, self.source))

    def secrets(self) -> Iterator[str]:
        """Give every text of the configuration that must not be shown or served."""
        yield from self.credentials.secrets()
        for name, value in (*self.env.items(), *self.headers.items()):
            if value and name.upper().endswith(_SECRET_ENDINGS):
                # The scheme before a credential says nothing (RFC 9110, section 11.4).
                yield from {value, value.rpartition(" ")[2]}
        yield from _userinfo(self.url or "")


def _userinfo(url: str) -> Iterator[str]:
    user, _, password = urlsplit(url).netloc.rpartition("@")[0].partition(":")
    if password:
        yield from (f"{unquote(user)}:{unquote(password)}", unquote(password))
