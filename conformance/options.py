"""Every option of the kit, and how options and configuration file become the run's settings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue import CATALOGUES, PROFILES, of_profile, requirements, sections, unknown
from conformance.settings import DEFAULT_FILE, EXAMPLES, Settings, UsageError, read

_ONCE = ("url", "app", "command", "source")


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
    merged = {"folder": folder, "report_dir": folder / "conformance-report", **(read(file) if file else {})}
    told = Settings(**merged)
    if "app" in given or "command" in given:
        told = replace(told, folder=folder)
    told = replace(told, **given)
    _check_names(told)
    _check_profile(told)
    if told.url:
        _check_url(told.url)
    if told.source and not told.source.is_dir():
        raise UsageError(f"--target-source {told.source}: there is no such folder")
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


def _check_names(told: Settings) -> None:
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
                raise UsageError(
                    message if "; did you mean" in message else f"{message}; known are: {', '.join(known)}"
                )
    outside = [name for name in told.requirement if name not in of_profile(told.profile)]
    if outside:
        profile = requirements()[outside[0]].profile
        raise UsageError(f"requirement {outside[0]} belongs to --profile {profile}, and this run is {told.profile}")


def _check_profile(told: Settings) -> None:
    """Refuse what only the api profile understands."""
    if told.profile == "api":
        return
    options = {"openapi": told.openapi, "include": told.include, "exclude": told.exclude, "read-only": told.read_only}
    for name, value in options.items():
        if value:
            raise UsageError(f"--{name} belongs to --profile api, and this run is {told.profile}")


def _check_url(url: str) -> None:
    # Options are declared in every pytest run of the machine; this is only for a run of the suite.
    import httpx2 as httpx

    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(f"--target-url {url!r} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"--target-url {url!r}: a base URL starts with http:// or https:// and names a host")
    if parsed.query or parsed.fragment:
        raise UsageError(f"--target-url {url!r}: a base URL has no query and no fragment")
