"""Every option of the kit, and how options and configuration file become the run's settings."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from conformance.catalogue import CATALOGUES, PROFILES, of_profile, requirements, sections, unknown
from conformance.settings import DEFAULT_FILE, EXAMPLES, Settings, UsageError

_ONCE = ("url", "app", "command", "source")
# Labels of a name in the DNS (RFC 1035, section 2.3.4), with the underscores that containers have.
_HOST = re.compile(r"[0-9A-Za-z_-]{1,63}(\.[0-9A-Za-z_-]{1,63})*\.?")
_HIGHEST_PORT = 65_535


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("conformance", "conformance to the FastAPI guide")

    def option(name: str, dest: str, text: str, metavar: str, **more: Any) -> None:
        group.addoption(name, dest=f"conformance_{dest}", help=text, metavar=metavar, default=None, **more)

    option("--target-url", "url", "base URL of a running API", "URL", action="append")
    option("--target-app", "app", "ASGI application to serve and check", "MODULE:ATTRIBUTE", action="append")
    option("--target-command", "command", "command that serves the API on {port}", "COMMAND", action="append")
    option("--target-source", "source", "folder of the API's source", "DIR", action="append")
    option("--profile", "profile", "core (default), full or api", "PROFILE")
    option("--openapi", "openapi", "the contract that the api profile holds the target to", "FILE|URL")
    option(
        "--include",
        "include",
        "api: only operations of this tag, path or operation id (* matches all)",
        "PATTERN",
        action="append",
    )
    option("--exclude", "exclude", "api: no operation of this tag, path or operation id", "PATTERN", action="append")
    group.addoption(
        "--read-only",
        dest="conformance_read_only",
        help="api: send GET and HEAD only",
        action="store_true",
        default=None,
    )
    option("--section", "section", "only this section of the guide (repeatable)", "SLUG", action="append")
    option("--requirement", "requirement", "only this requirement (repeatable)", "ID", action="append")
    option("--effort", "effort", "how many values are tried: quick, standard (default) or deep", "EFFORT")
    option("--target-config", "file", f"configuration file (default {DEFAULT_FILE})", "FILE")
    option("--report-dir", "report_dir", "where report.json goes (default conformance-report)", "DIR")


def settings(config: pytest.Config) -> Settings:
    """Give the run's settings.

    Raises UsageError for whatever cannot be used.
    """
    folder = config.invocation_params.dir
    given = _given(config)
    file = _file(config, folder, bool(set(given) & set(_ONCE)))
    merged = {"folder": folder, "report_dir": folder / "conformance-report", **(_read(file) if file else {})}
    told = Settings(**merged)
    if "app" in given or "command" in given:
        told = replace(told, folder=folder)
    told = replace(told, **given)
    _check(told, _Places(file, set(given)))
    if not told.has_target:
        raise UsageError(
            "no target: name one by --target-url URL, --target-app MODULE:ATTRIBUTE, "
            f"--target-command COMMAND, or in {DEFAULT_FILE}"
        )
    return told


def _given(config: pytest.Config) -> dict[str, Any]:
    folder = config.invocation_params.dir
    convert: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(("url", "app", "command"), lambda values: values[0]),
        "source": lambda values: folder / values[0],
        **dict.fromkeys(("section", "requirement", "include", "exclude"), tuple),
        "read_only": bool,
        **dict.fromkeys(("profile", "openapi", "effort"), str),
        "report_dir": lambda value: folder / value,
    }
    given = {}
    for name, conversion in convert.items():
        value = config.getoption(f"conformance_{name}")
        if value is None:
            continue
        if name in _ONCE and len(value) > 1:
            raise UsageError(f"--target-{name} is given {len(value)} times: one run checks one target")
        given[name] = conversion(value)
    return given


def _file(config: pytest.Config, folder: Path, has_target: bool) -> Path | None:
    named = config.getoption("conformance_file")
    if named:
        return Path(folder / named)
    for place in (folder, config.rootpath):
        # The default file describes a target of its own, which never mixes with another.
        if not has_target and (place / DEFAULT_FILE).is_file():
            return place / DEFAULT_FILE
    return None


def _read(file: Path) -> dict[str, Any]:
    # Options are declared in every pytest run of the machine; this is only for a run of the suite.
    from conformance.configuration import read

    return read(file)


@dataclass(frozen=True)
class _Places:
    """Where the values of a run were written, so that a complaint names the place to mend."""

    file: Path | None
    given: Collection[str]

    def of(self, key: str, option: str = "") -> str:
        """Begin a complaint: by the file and the key, or as those about the option begin."""
        in_file = self.file is not None and key not in self.given
        return f"{self.file}: target.{key}: " if in_file else option


def _check(told: Settings, places: _Places) -> None:
    """Refuse what can be seen to be wrong before anything is started."""
    _check_names(told, places)
    _check_profile(told, places)
    if told.url:
        _check_base_url(told.url, places.of("url", "--target-url "))
    if told.openapi and told.openapi.lower().startswith(("http://", "https://")):
        _check_url(told.openapi, places.of("openapi", "--openapi "))
    for key, command in (("command", told.command), ("workers_command", told.workers_command)):
        if command and "{port}" not in command:
            place = places.of(key, "--target-command ")
            raise UsageError(f"{place}{command!r} has no {{port}}: it cannot be told where to serve")
    if told.source and not told.source.is_dir():
        raise UsageError(f"{places.of('source', '--target-source ')}{told.source}: there is no such folder")


def _check_names(told: Settings, places: _Places) -> None:
    slugs = [section.slug for catalogue in CATALOGUES for section in sections(catalogue)]
    for kind, names, known in (
        ("profile", (told.profile,), list(PROFILES)),
        ("effort", (told.effort,), list(EXAMPLES)),
        ("section", told.section, slugs),
        ("requirement", told.requirement, list(requirements())),
    ):
        for name in names:
            if name not in known:
                message = unknown(kind, name, known)
                more = "" if "; did you mean" in message else f"; known are: {', '.join(known)}"
                raise UsageError(f"{places.of(kind)}{message}{more}")
    outside = [name for name in told.requirement if name not in of_profile(told.profile)]
    if outside:
        profile = requirements()[outside[0]].profile
        raise UsageError(
            f"{places.of('requirement')}requirement {outside[0]} belongs to --profile {profile}, "
            f"and this run is {told.profile}"
        )


def _check_profile(told: Settings, places: _Places) -> None:
    """Refuse what only the api profile understands."""
    if told.profile == "api":
        return
    only = {"openapi": told.openapi, "include": told.include, "exclude": told.exclude, "read_only": told.read_only}
    for key, value in only.items():
        if value:
            place = places.of(key, f"--{key.replace('_', '-')} ")
            raise UsageError(f"{place}belongs to --profile api, and this run is {told.profile}")


def _check_base_url(url: str, place: str) -> None:
    _check_url(url, place, "a base URL")
    if {"?", "#"} & set(url):
        raise UsageError(f"{place}{_shown(url)}: a base URL has no query and no fragment")


def _check_url(url: str, place: str, kind: str = "a URL") -> None:
    # As above: only a run of the suite loads this.
    import httpx2 as httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UsageError(f"{place}{_shown(url)} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"{place}{_shown(url)}: {kind} starts with http:// or https:// and names a host")
    if parsed.port is not None and not 0 < parsed.port <= _HIGHEST_PORT:
        raise UsageError(f"{place}{_shown(url)} is no URL: port {parsed.port} is none: it is 1 to {_HIGHEST_PORT}")
    if ":" not in parsed.host and not _HOST.fullmatch(parsed.raw_host.decode()):
        raise UsageError(f"{place}{_shown(url)} is no URL: {unquote(parsed.host)!r} is no name of a host")


def _shown(url: str) -> str:
    """Give a URL as it was written, but for credentials in it."""
    return repr(re.sub("//[^/]*@", "//***@", url))
