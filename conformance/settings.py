"""What a run is told: the settings, and the conformance.toml from which some of them come."""

import datetime
import os
import re
import ssl
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.catalogue import requirements, unknown

DEFAULT_FILE = "conformance.toml"
# How many values of each kind are tried, by effort.
EXAMPLES = {"quick": 8, "standard": 25, "deep": 150}
_SECRET_ENDINGS = ("KEY", "SECRET", "TOKEN", "PASSWORD", "AUTHORIZATION", "COOKIE")
# A field name and what may follow it (RFC 9110, sections 5.1 and 5.5); values travel as UTF-8.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")


class UsageError(Exception):
    """The person who started the run gave something that cannot be used; the message is one line."""


@dataclass(frozen=True)
class Account:
    """Somebody who can get a token from the target."""

    username: str
    password: str


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
        accounts = [account.password for account in (self.user, self.admin) if account]
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


def read(path: Path) -> dict[str, Any]:
    """Read a configuration file into keyword arguments of Settings.

    Raises UsageError, naming the file and the key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no TOML: {error}") from None
    reader = _Reader(path)
    reader.known("", tables, ("target", "http", "credentials", "waivers"))
    folder = path.resolve().parent
    found = reader.target(reader.table(tables, "target"), folder)
    found |= reader.http(reader.table(tables, "http"), folder)
    found["credentials"] = reader.credentials(reader.table(tables, "credentials"))
    found["waivers"] = reader.waivers(tables.get("waivers", []))
    found["folder"] = folder
    return found


_TARGET: dict[str, type] = {
    "url": str,
    "app": str,
    "command": str,
    "source": Path,
    "profile": str,
    "openapi": str,
    "include": list,
    "exclude": list,
    "read_only": bool,
    "section": list,
    "requirement": list,
    "effort": str,
    "report_dir": Path,
    "env": dict,
    "required_env": list,
    "current_user": str,
    "workers_command": str,
}
_HTTP: dict[str, type] = {"headers": dict, "ca_file": Path, "trust_env": bool}
_TYPE_NAMES = {str: "a text", list: "a list of texts", dict: "a table of texts", Path: "a path", bool: "true or false"}


class _Reader:
    """Reads the tables of one file; every complaint names the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, key: str, problem: str) -> UsageError:
        return UsageError(f"{self.path}: {key}: {problem}")

    def known(self, table: str, found: Mapping[str, Any], keys: Any) -> None:
        for key in found:
            if key not in keys:
                raise UsageError(f"{self.path}: {unknown('key', f'{table}.{key}'.strip('.'), _full(table, keys))}")

    def table(self, tables: Mapping[str, Any], name: str) -> dict[str, Any]:
        value = tables.get(name, {})
        if not isinstance(value, dict):
            raise self.error(name, "must be a table")
        return value

    def target(self, found: dict[str, Any], folder: Path) -> dict[str, Any]:
        self.known("target", found, _TARGET)
        return {key: self._typed(f"target.{key}", value, _TARGET[key], folder) for key, value in found.items()}

    def http(self, found: dict[str, Any], folder: Path) -> dict[str, Any]:
        self.known("http", found, _HTTP)
        told = {key: self._typed(f"http.{key}", value, _HTTP[key], folder) for key, value in found.items()}
        for name, value in told.get("headers", {}).items():
            if not _HEADER_NAME.fullmatch(name):
                raise self.error(f"http.headers.{name!r}", "is no name of a header")
            self._in_header(f"http.headers.{name}", value)
        if "ca_file" in told:
            self._certificates(told["ca_file"])
        return told

    def _certificates(self, file: Path) -> None:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            problem = error.strerror if isinstance(error, FileNotFoundError) else "holds no certificate"
            raise self.error("http.ca_file", f"{file}: {problem}") from None

    def _in_header(self, key: str, value: str | None) -> str | None:
        if value is not None and not _HEADER_VALUE.fullmatch(value):
            raise self.error(key, "cannot be sent in a header: it holds a line end or another control character")
        return value

    def credentials(self, found: dict[str, Any]) -> Credentials:
        self.known("credentials", found, ("bearer", "api_key", "user", "admin", "jwt"))
        user, admin = (self._record("credentials", found, who, Account) for who in ("user", "admin"))
        return Credentials(
            bearer=self._in_header("credentials.bearer", self._value(found, "credentials.bearer")),
            api_key=self._in_header("credentials.api_key", self._value(found, "credentials.api_key")),
            user=user,
            admin=admin,
            jwt=self._record("credentials", found, "jwt", JWTKey),
        )

    def waivers(self, found: Any) -> tuple[Waiver, ...]:
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.error("waivers", "must be a list of tables: [[waivers]]")
        return tuple(self._waiver(each) for each in found)

    def _waiver(self, found: dict[str, Any]) -> Waiver:
        self.known("waivers", found, ("requirement", "reason", "issue", "until"))
        for key in ("requirement", "reason"):
            if not isinstance(found.get(key), str) or not found[key].strip():
                raise self.error(f"waivers.{key}", "is missing; every waiver names its requirement and its reason")
        if not isinstance(found.get("issue", ""), str):
            raise self.error("waivers.issue", "must be a text")
        name, until = found["requirement"], found.get("until")
        if name not in requirements():
            raise UsageError(f"{self.path}: waivers: {unknown('requirement', name, requirements())}")
        if until is not None and type(until) is not datetime.date:
            raise self.error("waivers.until", "must be a date: 2027-01-31")
        if until is not None and until < datetime.date.today():  # noqa: DTZ011 - the day where the run is
            raise UsageError(f"{self.path}: the waiver of {name} expired on {until}: mend it, or renew the waiver")
        return Waiver(name, found["reason"], found.get("issue"), until)

    def _record(self, table: str, found: dict[str, Any], name: str, kind: Any) -> Any:
        if name not in found:
            return None
        values, key = found[name], f"{table}.{name}"
        if not isinstance(values, dict):
            raise self.error(key, "must be a table")
        fields = kind.__dataclass_fields__
        self.known(key, values, fields)
        given = {field: self._value(values, f"{key}.{field}") for field in fields if field in values}
        try:
            return kind(**given)
        except TypeError:
            missing = [f for f in ("username", "password", "secret") if f in fields and f not in given]
            raise self.error(key, f"lacks {' and '.join(missing)}") from None

    def _value(self, found: Mapping[str, Any], key: str) -> str | None:
        """Give a text that may stand in the file or be named as a variable: ``{ env = "NAME" }``."""
        value = found.get(key.rpartition(".")[2])
        if isinstance(value, dict) and set(value) == {"env"} and isinstance(value["env"], str):
            if value["env"] not in os.environ:
                raise self.error(key, f"the environment has no variable {value['env']}")
            return os.environ[value["env"]]
        if value is not None and not isinstance(value, str):
            raise self.error(key, 'must be a text or { env = "NAME" }')
        return value

    def _typed(self, key: str, value: Any, kind: type, folder: Path) -> Any:
        if kind is list and isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        if kind is dict and isinstance(value, dict):
            return {name: self._value(value, f"{key}.{name}") or "" for name in value}
        if kind is Path and isinstance(value, str):
            return folder / value
        if kind in (str, bool) and isinstance(value, kind):
            return value
        raise self.error(key, f"must be {_TYPE_NAMES[kind]}")


def _full(table: str, keys: Any) -> list[str]:
    return [f"{table}.{key}".strip(".") for key in keys]
