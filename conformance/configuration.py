"""The configuration file, conformance.toml: every complaint about it names the file and the key."""

import datetime
import os
import re
import ssl
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.catalogue import nearest, requirements, unknown
from conformance.settings import Account, Credentials, JWTKey, UsageError, Waiver

# A field name and what may follow it (RFC 9110, sections 5.1 and 5.5); values travel as UTF-8.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
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
_CREDENTIALS = ("bearer", "api_key", "user", "admin", "jwt")
_WAIVERS = ("requirement", "reason", "issue", "until")
# RFC 7518, section 3.1, RFC 8037, section 3.1, and RFC 8812, section 3.2.
_ALGORITHMS = (
    *(f"{kind}{bits}" for kind in ("HS", "RS", "PS", "ES") for bits in (256, 384, 512)),
    "ES256K",
    "EdDSA",
)
_TYPE_NAMES = {str: "a text", list: "a list of texts", dict: "a table of texts", Path: "a path", bool: "true or false"}


def _full(table: str, keys: Iterable[str]) -> list[str]:
    return [f"{table}.{key}".strip(".") for key in keys]


_EVERY = [
    *_full("target", _TARGET),
    *_full("http", _HTTP),
    *_full("credentials", _CREDENTIALS),
    *_full("credentials.user", Account.__dataclass_fields__),
    *_full("credentials.admin", Account.__dataclass_fields__),
    *_full("credentials.jwt", JWTKey.__dataclass_fields__),
    *_full("waivers", _WAIVERS),
]


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


class _Reader:
    """Reads the tables of one file; every complaint names the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, key: str, problem: str) -> UsageError:
        return UsageError(f"{self.path}: {key}: {problem}")

    def known(self, table: str, found: Mapping[str, Any], keys: Iterable[str]) -> None:
        for key in found:
            if key not in keys:
                raise UsageError(f"{self.path}: {_unknown_key(table, key, keys)}")

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
        self.known("credentials", found, _CREDENTIALS)
        user, admin = (self._record("credentials", found, who, Account) for who in ("user", "admin"))
        jwt = self._record("credentials", found, "jwt", JWTKey)
        if jwt and jwt.algorithm not in _ALGORITHMS:
            # What a variable holds may be the secret that belongs beside it: it is not shown.
            offer = nearest(jwt.algorithm, _ALGORITHMS) or f"; known are: {', '.join(_ALGORITHMS)}"
            raise self.error("credentials.jwt.algorithm", f"is no algorithm of a JWT{offer}")
        return Credentials(
            bearer=self._in_header("credentials.bearer", self._value(found, "credentials.bearer")),
            api_key=self._in_header("credentials.api_key", self._value(found, "credentials.api_key")),
            user=user,
            admin=admin,
            jwt=jwt,
        )

    def waivers(self, found: Any) -> tuple[Waiver, ...]:
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.error("waivers", "must be a list of tables: [[waivers]]")
        waivers = tuple(self._waiver(each) for each in found)
        for name, times in Counter(waiver.requirement for waiver in waivers).items():
            if times > 1:
                raise self.error("waivers", f"{name} is waived {times} times: one waiver holds for a requirement")
        return waivers

    def _waiver(self, found: dict[str, Any]) -> Waiver:
        self.known("waivers", found, _WAIVERS)
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
        if isinstance(value, str) and "\0" in value:
            raise self.error(key, "holds a NUL, which no path and no command can")
        if kind is Path and isinstance(value, str):
            return folder / value
        if kind in (str, bool) and isinstance(value, kind):
            return value
        raise self.error(key, f"must be {_TYPE_NAMES[kind]}")


def _unknown_key(table: str, key: str, keys: Iterable[str]) -> str:
    """Say that a key is not known, with the nearest ones: those of its name elsewhere, or those of its table."""
    name = f"{table}.{key}".strip(".")
    same = [each for each in _EVERY if each.rpartition(".")[2] == key]
    if same:
        return f"unknown key {name!r}; did you mean {' or '.join(same)}?"
    line = unknown("key", name, _full(table, keys))
    return line if table or line.endswith("?") else unknown("key", name, _EVERY)
