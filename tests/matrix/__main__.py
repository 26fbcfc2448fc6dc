"""Measures what the command line names, and writes the page."""

import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from tests.fault_runs import BROKEN, EVERY, FIRST, arguments, profile
from tests.harness import run_many
from tests.matrix import __doc__ as usage
from tests.matrix import alone, page, right
from tests.matrix.figures import Figures, keep, killed, read

_MEASURED_WITH = ("fastapi", "hypothesis", "pydantic", "schemathesis", "starlette")
# Some of a run of the full profile is waiting.
_WORKERS = 3


def is_whole(name: str) -> bool:
    """Tell whether the run against a fault is a whole one; every one of the full profile takes hours."""
    return EVERY or profile(name) != "full" or name == FIRST[BROKEN[name]]


def suite(names: list[str], folder: Path, figures: Figures) -> Iterator[str]:
    """Run the suite on some faults and give the name of each when its figures are there."""
    planned = ((name, arguments(name, folder / "made", whole=is_whole(name))) for name in names)
    for name, run in run_many(folder, planned, _WORKERS):
        figures["faults"][name] = killed(run, BROKEN[name], whole=is_whole(name))
        yield name


def main(what: str = "", *names: str) -> int:
    """Do what is asked and give the exit code."""
    unknown = [name for name in names if name not in BROKEN]
    if what not in ("", "suite", "right", "alone", "page") or unknown:
        print(f"no fault is called {', '.join(unknown)}" if unknown else usage)
        return 4
    figures = read()
    for part in ("faults", "alone"):
        for gone in set(figures[part]) - set(BROKEN):
            del figures[part][gone]
    chosen = list(names or BROKEN)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        steps = {
            "suite": suite(chosen, folder / "suite", figures),
            "right": right.measured(folder / "right", figures),
            "alone": alone.measured(alone.shown(chosen), figures),
        }
        for step, measured in steps.items():
            for done in measured if what in ("", step) else ():
                figures["versions"] = {name: version(name) for name in _MEASURED_WITH}
                keep(figures)
                print(step, done, flush=True)
    page.FILE.write_text(page.page(read()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
