"""Which requirement a collected test verifies, and when its turn is."""

import importlib
from pathlib import Path

import pytest

_TURNS = {"ahead": 1, "timed": 2, "idle": 3, "last": 4}


def turn(item: pytest.Item) -> int:
    """Say how late a test runs: what waits is asked for late, and what measures time runs when little else does."""
    return max((late for name, late in _TURNS.items() if item.get_closest_marker(name)), default=0)


def requirement_of(item: pytest.Item) -> str | None:
    """Give the requirement that a collected test verifies."""
    marker = item.get_closest_marker("requirement")
    return str(marker.args[0]) if marker else None


def requirement_at(nodeid: str) -> str | None:
    """Give the requirement of a test that only its node id is known of."""
    place, _, test = nodeid.partition("::")
    file = next((Path(__file__).parent / "suite").rglob(Path(place).name), None)
    if file is None:
        return None
    parts = file.relative_to(Path(__file__).parent).with_suffix("").parts
    module = importlib.import_module(".".join(("conformance", *parts)))
    marks = getattr(getattr(module, test.partition("[")[0], None), "pytestmark", ())
    return next((str(mark.args[0]) for mark in marks if mark.name == "requirement"), None)
