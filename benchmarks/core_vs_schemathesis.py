"""Times the core suite against Schemathesis alone, over a slow network, and for one section.

python benchmarks/core_vs_schemathesis.py [ROUNDS]

All on the guide's app under uvicorn, in processes of their own, in alternating rounds; medians count.
The last column says what is wanted. Needs the `test` extra.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
ROUNDS = 5
DELAY_MS = 50
WANTED = {
    "core suite / schemathesis": 0.4,
    f"core suite with {DELAY_MS} ms more / on loopback": 3.0,
    "one section / an empty run with hypothesis": 2.5,
}
# As a user's shell has it: without bytecode pytest would rewrite the asserts of every plugin, every time.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
EMPTY = "import hypothesis\n\ndef test_nothing():\n    pass\n"


def main(rounds: int) -> int:
    """Measure, print and say by the exit code whether every ratio is as wanted."""
    with tempfile.TemporaryDirectory() as temporary, served() as port, delayed(port) as slow_port:
        folder = Path(temporary)
        (folder / "test_empty.py").write_text(EMPTY)
        url, slow = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{slow_port}"
        suite = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "--target-url"]
        schemathesis = Path(sys.executable).with_name("st")
        runs: dict[str, Callable[[], float]] = {
            "core suite": lambda: timed([*suite, url], folder, {0}),
            "schemathesis": lambda: timed([schemathesis, "run", f"{url}/openapi.json"], folder, {0, 1}),
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


def timed(command: list[str | Path], folder: Path, codes: set[int]) -> float:
    """Give the seconds that a command takes; it must end with one of the exit codes."""
    began = time.perf_counter()
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - began
    if ran.returncode not in codes:
        raise SystemExit(f"{command} ended with {ran.returncode}:\n{ran.stdout[-4000:]}{ran.stderr[-4000:]}")
    return taken


@contextlib.contextmanager
def served() -> Iterator[int]:
    """Serve the guide's app and give its port."""
    command = [sys.executable, "-m", "uvicorn", "fixtures.implementations.guide:app", "--port", "0"]
    with started(command) as server:
        assert server.stdout
        port = next(int(line.rpartition(":")[2].split()[0]) for line in server.stdout if "running on http" in line)
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield port


@contextlib.contextmanager
def delayed(port: int) -> Iterator[int]:
    """Serve the same more slowly and give the port of that."""
    proxy = Path(__file__).with_name("delay_proxy.py")
    with started([sys.executable, str(proxy), "127.0.0.1", str(port), str(DELAY_MS)]) as server:
        assert server.stdout
        yield int(server.stdout.readline())


@contextlib.contextmanager
def started(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """Start a process, without an access log that nobody reads, and end it afterwards."""
    if "uvicorn" in command:
        command = [*command, "--no-access-log"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            yield server
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urlopen(url).close()
            return
        except URLError:
            time.sleep(0.1)
    raise SystemExit(f"no answer from {url}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
