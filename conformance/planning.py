"""What a run is to do, read from its options before it begins."""

import secrets
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.catalogue import Requirement, of_profile
from conformance.report.model import FILE, Report
from conformance.settings import Settings, UsageError
from conformance.text import Masker


def select(settings: Settings) -> dict[str, Requirement]:
    """Give the requirements of the run by their ids."""
    selected = of_profile(settings.profile)
    if settings.section:
        selected = {id: r for id, r in selected.items() if r.slug in settings.section}
    if settings.requirement:
        selected = {id: r for id, r in selected.items() if id in settings.requirement}
    return selected


def seed(config: pytest.Config) -> int:
    """Give the seed that was asked for, or a new one.

    Raises UsageError where it is no seed.
    """
    given = config.getoption("--hypothesis-seed", None)
    if given is None or given == "random":
        return secrets.randbelow(2**32)
    if not (str(given).isascii() and str(given).isdigit()):
        raise UsageError(f"--hypothesis-seed {given}: a seed is a whole number, 0 or more")
    return int(given)


def report(
    config: pytest.Config, told: Settings, selected: Mapping[str, Requirement], seed: int, mask: Masker
) -> Report:
    """Give the report of a run that has not begun."""
    targets = (("url", told.url), ("app", told.app), ("command", told.command), ("source", told.source))
    kind, name = next((kind, name) for kind, name in targets if name)
    return Report(
        kind=kind,
        url=mask(str(name)),
        reach=(),
        profile=told.profile,
        effort=told.effort,
        seed=seed,
        selected=selected,
        rerun=_rerun(config),
    )


def clear(folder: Path) -> None:
    """Make a folder ready for the report of the run.

    Raises UsageError where that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--report-dir {folder}: cannot be made: {error.strerror}") from None
    try:
        # Only an attempt tells: root may write anywhere, but for what is mounted to be read.
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(f"--report-dir {folder}: cannot be written to: {error.strerror}") from None
    try:
        # Whatever becomes of this run, an earlier one's report must not be taken for its own.
        (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--report-dir {folder}: {FILE} cannot be replaced: {error.strerror}") from None


def _rerun(config: pytest.Config) -> str:
    words = ["pytest"]
    if config.option.pyargs:
        words += ["--pyargs", "conformance.suite"]
    for option in ("url", "app", "command", "source"):
        values = config.getoption(f"conformance_{option}")
        if values:
            words += [f"--target-{option}", values[0]]
    if config.getoption("conformance_file"):
        words += ["--target-config", config.getoption("conformance_file")]
    given = {option: config.getoption(f"conformance_{option}") for option in ("profile", "effort")}
    words += [word for option, value in given.items() if value for word in (f"--{option}", value)]
    return shlex.join(words)
