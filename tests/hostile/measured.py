"""Runs of the suite, each in a process whose peak memory is read when it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from conformance.client import Limits
from tests.harness import ROOT, Run, command, faults_of, read_report

# A run gives a target up once it has lost this much to it; starting and ending it take far less.
SECONDS = 2 * Limits().exhausted
# What the kit may hold of one round's answers beside all else: every body up to its limit, and its copies.
ALLOWANCE = 3 * Limits().concurrency * Limits().body // 2**20
# Every misbehaviour, or one of each kind.
ALL = "ALL_HOSTILE" in os.environ
QUICK = ("--effort", "quick", "--profile", "core")
# A child's peak counts what its parent held when it was forked: this one holds next to nothing.
_LAUNCHER = """
import os, subprocess, sys
run = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(run.pid, 0)
os.write(int(sys.argv[1]), str(used.ru_maxrss).encode())
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Measured(Run):
    """A run, and the most memory that its process held at one time, in MiB."""

    peak: int


def measure(folder: Path, *arguments: str, seconds: float = SECONDS) -> Measured:
    """Run the suite from the command line; what is not over in time is killed, which its exit code tells."""
    reader, writer = os.pipe()
    words = [sys.executable, "-c", _LAUNCHER, str(writer), *command(f"--report-dir={folder}", *QUICK, *arguments)]
    with tempfile.TemporaryFile() as output, os.fdopen(reader) as told:
        run = subprocess.Popen(
            words, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, pass_fds=[writer], start_new_session=True
        )
        os.close(writer)
        clock = threading.Timer(seconds, os.killpg, (run.pid, signal.SIGKILL))
        clock.start()
        try:
            code = run.wait()
        finally:
            clock.cancel()
        output.seek(0)
        said = output.read().decode("utf-8", "backslashreplace")
        return Measured(code, read_report(folder), said, int(told.read() or 0) // 1024)


def assert_withstood(run: Measured, calm: Measured) -> None:
    """See that a run on a hostile target ended by itself, soundly, and with a verdict that says no."""
    assert (run.verdict, run.exit_code) in (("nonconformant", 1), ("incomplete", 1)), run.output
    assert_sound(run, calm)


def assert_sound(run: Measured, calm: Measured) -> None:
    """See that the kit did its work, and within the memory that a calm run needs."""
    assert faults_of(run.report) == []
    assert run.of_status("error") == [], run.output
    assert "Traceback" not in run.output
    assert "INTERNALERROR" not in run.output
    assert not {c for c in run.output if not c.isprintable()} - {"\n"}
    assert run.peak <= calm.peak + ALLOWANCE, f"{run.peak} MiB, and {calm.peak} MiB on a right target"
