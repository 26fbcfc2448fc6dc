"""The figures of the kill matrix, kept in docs/kill-matrix.json."""

import json
from typing import Any, TypedDict

from tests.harness import ROOT, Run

FILE = ROOT / "docs" / "kill-matrix.json"
# A check of Schemathesis and the operation, or nothing, that it names.
Finding = tuple[str, str]


class Killed(TypedDict):
    """What the suite said of a fault: ``failed``, ``blocked`` and ``unstable`` are ids of requirements."""

    requirement: str
    whole: bool
    failed: list[str]
    blocked: list[str]
    unstable: list[str]
    passed: int
    exit_code: int


class Green(TypedDict):
    """What the suite said of a right implementation; the lists are ids of requirements."""

    profile: str
    verdict: str
    passed: int
    failed: list[str]
    unstable: list[str]
    not_verified: list[str]


class Figures(TypedDict):
    """All that was measured: by the name of a fault, of a right implementation, or of a base of faults.

    ``usual``: what Schemathesis reports on the right app that faults start from; ``alone``: what it
    reports on a fault besides.
    """

    versions: dict[str, str]
    faults: dict[str, Killed]
    right: dict[str, Green]
    usual: dict[str, list[Finding]]
    alone: dict[str, list[Finding]]


def read() -> Figures:
    """Give the figures as they are kept, empty where there are none yet."""
    if FILE.exists():
        kept: Figures = json.loads(FILE.read_text())
        return kept
    return {"versions": {}, "faults": {}, "right": {}, "usual": {}, "alone": {}}


def keep(figures: Figures) -> None:
    """Write the figures, a line for each thing that was measured."""
    parts: list[str] = []
    for title, rows in figures.items():
        assert isinstance(rows, dict)
        lines = [f"    {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows)]
        parts.append(f'  "{title}": {{\n' + ",\n".join(lines) + "\n  }")
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def killed(run: Run, requirement: str, *, whole: bool) -> Killed:
    """Give what a run said of a fault."""
    return {
        "requirement": requirement,
        "whole": whole,
        "failed": run.of_status("failed"),
        "blocked": run.of_status("blocked"),
        "unstable": run.of_status("unstable", "error"),
        "passed": len(run.of_status("passed")),
        "exit_code": run.exit_code,
    }


def green(report: dict[str, Any]) -> Green:
    """Give what a report says of a right implementation."""
    run = Run(0, report, "")
    return {
        "profile": str(report["profile"]),
        "verdict": run.verdict,
        "passed": len(run.of_status("passed")),
        "failed": run.of_status("failed"),
        "unstable": run.of_status("unstable", "error", "blocked"),
        "not_verified": run.of_status("not_verified"),
    }
