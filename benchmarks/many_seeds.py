"""Runs the suite on right targets with many seeds, and counts what is not green.

python benchmarks/many_seeds.py [RUNS [AT_ONCE]]

Each run draws a seed of its own. More of them AT_ONCE than there are cores is a run under load. Needs
the `test` extra.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from conformance.catalogue import requirements
from tests.fault_runs import BOOKSHOP
from tests.harness import Run, run_many
from tests.matrix.right import APPS

RUNS, AT_ONCE = 200, 2
TARGETS = {
    **{name: ["--target-app", application, "--profile", "core"] for name, application in APPS.items()},
    "bookshop": ["--target-app", "fixtures.faults:tutorial", "--profile", "api", "--target-config", str(BOOKSHOP)],
}


def main(runs: int, at_once: int) -> int:
    """Make the runs and say by the exit code whether all were green."""
    began = time.monotonic()
    odd: Counter[tuple[str, str, str]] = Counter()
    names = [list(TARGETS)[number % len(TARGETS)] for number in range(runs)]
    with tempfile.TemporaryDirectory() as temporary:
        planned = [(f"{number} {name}", TARGETS[name]) for number, name in enumerate(names)]
        for title, run in run_many(Path(temporary), planned, at_once):
            found = not_green(run)
            odd.update((title.partition(" ")[2], status, id) for status, id in found)
            if found:
                print(title, "seed", run.report.get("seed"), *sorted(found), flush=True)
    for (name, status, id), times in sorted(odd.items()):
        print(f"{name}: {id} {status} in {times} runs")
    print(f"{runs} runs, {at_once} at once, in {time.monotonic() - began:.0f} s; not green: {odd.total()}")
    return int(bool(odd))


def not_green(run: Run) -> set[tuple[str, str]]:
    """Give what is not as it should be: a SHOULD that a framework sees in another way is."""
    if not run.report:
        return {("no report", run.output[-200:])}
    found = {(status, id) for status in ("unstable", "error", "blocked") for id in run.of_status(status)}
    found |= {("failed", id) for id in run.of_status("failed") if requirements()[id].level == "MUST"}
    return found | ({("exit", str(run.exit_code))} if run.exit_code else set())


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*(given + [RUNS, AT_ONCE][len(given) :])))
