"""Times the core suite against Schemathesis alone, over a slow network, and for one section.

python benchmarks/core_vs_schemathesis.py [ROUNDS]

All on the guide's app under uvicorn, in processes of their own, in alternating rounds; medians count.
The last column says what is wanted. Needs the `test` extra.
"""

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from processes import SCHEMATHESIS, SUITE, served, started, timed

ROUNDS = 5
DELAY_MS = 50
WANTED = {
    "core suite / schemathesis": 0.4,
    f"core suite with {DELAY_MS} ms more / on loopback": 3.0,
    "one section / an empty run with hypothesis": 2.5,
}
EMPTY = "import hypothesis\n\ndef test_nothing():\n    pass\n"


def main(rounds: int) -> int:
    """Measure, print and say by the exit code whether every ratio is as wanted."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        served("fixtures.implementations.guide:app") as port,
        delayed(port) as slow_port,
    ):
        folder = Path(temporary)
        (folder / "test_empty.py").write_text(EMPTY)
        url, slow = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{slow_port}"
        suite = [*SUITE, "--target-url"]
        runs: dict[str, Callable[[], float]] = {
            "core suite": lambda: timed([*suite, url], folder, {0}),
            "schemathesis": lambda: timed([SCHEMATHESIS, "run", f"{url}/openapi.json"], folder, {0, 1}),
            "core suite, slow": lambda: timed([*suite, slow], folder, {0}),
            "one section": lambda: timed([*suite, url, "--section", "routing"], folder, {0}),
            "empty run": lambda: timed([sys.executable, "-m", "pytest", "test_empty.py"], folder, {0}),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(rounds + 1):
            for name, run in runs.items():
                taken = run()
                if number:  # the first round only compiles
                    times[name].append(taken)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in times.items():
        print(f"{name:<18}{median[name]:7.2f} s   ({' '.join(f'{each:6.2f}' for each in sorted(seconds))})")
    ratios = (
        median["core suite"] / median["schemathesis"],
        median["core suite, slow"] / median["core suite"],
        median["one section"] / median["empty run"],
    )
    for (name, wanted), ratio in zip(WANTED.items(), ratios, strict=True):
        print(f"{name:<46}{ratio:6.2f}   at most {wanted}")
    return int(any(ratio > wanted for ratio, wanted in zip(ratios, WANTED.values(), strict=True)))


@contextlib.contextmanager
def delayed(port: int) -> Iterator[int]:
    """Serve the same more slowly and give the port of that."""
    proxy = Path(__file__).with_name("delay_proxy.py")
    with started([sys.executable, str(proxy), "127.0.0.1", str(port), str(DELAY_MS)]) as server:
        assert server.stdout
        yield int(server.stdout.readline())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
