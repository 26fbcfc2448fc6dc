"""Runs the suite as its users do, and gives what it said."""

import contextlib
import io
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# What every run imports, loaded once: a run is then a fork away.
_PRELOAD = ["tests.harness", "fastapi", "hypothesis", "schemathesis", "httpx2", "uvicorn", "conformance.running"]


@dataclass(frozen=True)
class Run:
    """One run of the suite: its exit code, its report (empty where it wrote none) and what it printed."""

    exit_code: int
    report: dict[str, Any]
    output: str

    @property
    def verdict(self) -> str:
        """The verdict that the report gives."""
        return str(self.report.get("verdict"))

    def status(self, requirement: str) -> str:
        """What became of a requirement."""
        return next(str(r["status"]) for r in self.report["requirements"] if r["id"] == requirement)

    def of_status(self, *statuses: str) -> list[str]:
        """Give the requirements that have one of these statuses."""
        return [r["id"] for r in self.report["requirements"] if r["status"] in statuses]


def run_here(folder: Path, *arguments: str) -> Run:
    """Run the suite in this process; only in one that was made for it."""
    import pytest

    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        code = pytest.main(["-p", "no:cacheprovider", "--report-dir", str(folder), *arguments])
    file = folder / "report.json"
    report = json.loads(file.read_text()) if file.exists() else {}
    return Run(int(code), report, heard.getvalue())


def run_many(folder: Path, runs: Iterable[tuple[str, list[str]]], workers: int = 2) -> Iterator[tuple[str, Run]]:
    """Run the suite once for each name and its arguments, a few at a time, each in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
        waiting = [(name, pool.submit(run_here, folder / name, *arguments)) for name, arguments in runs]
        for name, future in waiting:
            yield name, future.result()
