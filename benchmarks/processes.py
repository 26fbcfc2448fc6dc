"""Processes that benchmarks start: servers that end with them, and commands that are timed."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
# As a user's shell has it: without bytecode pytest would rewrite the asserts of every plugin, every time.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
SUITE = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--pyargs", "conformance.suite"]
SCHEMATHESIS = Path(sys.executable).with_name("st")


def timed(command: list[str | Path], folder: Path, codes: set[int]) -> float:
    """Give the seconds that a command takes; it must end with one of the exit codes."""
    began = time.perf_counter()
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - began
    if ran.returncode not in codes:
        raise SystemExit(f"{command} ended with {ran.returncode}:\n{ran.stdout[-4000:]}{ran.stderr[-4000:]}")
    return taken


@contextlib.contextmanager
def served(application: str, ready: str = "/openapi.json", env: Mapping[str, str] | None = None) -> Iterator[int]:
    """Serve an application of this checkout and give its port."""
    command = [sys.executable, "-m", "uvicorn", application, "--port", "0", "--no-access-log"]
    with started(command, env) as server:
        assert server.stdout
        port = next(int(line.rpartition(":")[2].split()[0]) for line in server.stdout if "running on http" in line)
        wait_for(f"http://127.0.0.1:{port}{ready}", server)
        yield port


@contextlib.contextmanager
def started(command: list[str], env: Mapping[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Start a process and end it afterwards."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1", **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            yield server
        finally:
            server.terminate()


def wait_for(url: str, server: "subprocess.Popen[Any]") -> None:
    """Wait until a server that was started answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(url).close()
            return
        except URLError:
            time.sleep(0.1)
    raise SystemExit(f"no answer from {url}")
