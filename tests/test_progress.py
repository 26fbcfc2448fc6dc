"""A long exploration tells of itself in the terminal."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.progress import Progress


def progress(pause: float, verbose: int = 0, *, worker: bool = False) -> tuple[Progress, list[str]]:
    """Give what writes to a terminal, and the lines of that."""
    lines: list[str] = []
    plugins: dict[str, Any] = {
        "terminalreporter": None if worker else SimpleNamespace(write_line=lines.append),
        "capturemanager": SimpleNamespace(global_and_fixture_disabled=nullcontext),
    }
    config: Any = SimpleNamespace(
        pluginmanager=SimpleNamespace(get_plugin=plugins.get), option=SimpleNamespace(verbose=verbose)
    )
    return Progress(config, pause), lines


def test_what_is_told_is_a_line() -> None:
    tell, lines = progress(0)

    tell("7 requests")

    assert lines == ["conformance: 7 requests"]


SILENT: dict[str, Any] = {
    "soon after the last": {"pause": 3600},
    "quiet": {"pause": 0, "verbose": -1},
    "a worker": {"pause": 0, "worker": True},
}


@pytest.mark.parametrize("told", SILENT.values(), ids=SILENT)
def test_nothing_is_written_so_soon_or_where_nobody_reads(told: Any) -> None:
    tell, lines = progress(**told)

    tell("7 requests")

    assert lines == []
