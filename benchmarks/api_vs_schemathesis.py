"""Times the api profile beside Schemathesis alone, on 10 operations, and its growth up to 200.

python benchmarks/api_vs_schemathesis.py [ROUNDS]

Both with their default settings, on the same servers, in alternating rounds. What each points at is in
docs/kill-matrix.md. Needs the `test` extra.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from processes import SCHEMATHESIS, SUITE, served, timed

ROUNDS = 3
SIZES = (10, 50, 200)
MOST_OF_SCHEMATHESIS = 0.5


def main(rounds: int) -> int:
    """Measure, print and say by the exit code whether the ratio and the growth are as wanted."""
    kit: dict[int, list[float]] = {size: [] for size in SIZES}
    other: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number in range(rounds + 1):
            for size in SIZES if number else SIZES[:1]:
                with served("benchmarks.resources:app", env={"OPERATIONS": str(size)}) as port:
                    url = f"http://127.0.0.1:{port}"
                    taken = timed([*SUITE, "--profile", "api", "--target-url", url], folder, {0})
                    beside = timed([SCHEMATHESIS, "run", f"{url}/openapi.json"], folder, {0, 1}) if size == 10 else None
                if number:  # the first round only compiles
                    kit[size].append(taken)
                    other += [beside] if beside else []
    for size, seconds in kit.items():
        print(f"api profile, {size:>3} operations{statistics.median(seconds):8.2f} s   {_each(seconds)}")
    print(f"schemathesis, 10 operations {statistics.median(other):8.2f} s   {_each(other)}")
    ratio = statistics.median(kit[10]) / statistics.median(other)
    growth = statistics.median(kit[SIZES[-1]]) / statistics.median(kit[10])
    print(f"api profile / schemathesis, 10 operations{ratio:8.2f}   at most {MOST_OF_SCHEMATHESIS}")
    print(f"{SIZES[-1]} operations / 10 operations{growth:19.2f}   at most {SIZES[-1] / 10:.0f}")
    return int(ratio > MOST_OF_SCHEMATHESIS or growth > SIZES[-1] / 10)


def _each(seconds: list[float]) -> str:
    return f"({' '.join(f'{each:.2f}' for each in sorted(seconds))})"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
