"""Runs the suite as its users do, and gives what it said."""

import contextlib
import io
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parent.parent
# pytest's search for what was not closed takes a fifth of a second, and is for the tests of the kit.
_LEFT_OUT = ("cacheprovider", "unraisableexception", "threadexception")
_LOADED = ("_hypothesis_pytestplugin", "xdist.plugin", "conformance.plugin")
_LEAN = [f"-p{name}" for name in (*_LOADED, *(f"no:{name}" for name in _LEFT_OUT))]


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
    # Finding the other plugins that are installed, and setting them up, is a quarter of a short run.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Applications in this process write bytes to it too.
    heard = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        code = pytest.main([*_LEAN, f"--report-dir={folder}", *arguments])
    heard.seek(0)
    return Run(int(code), read_report(folder), heard.read())


def run_many(
    folder: Path, runs: Iterable[tuple[str, list[str]]], workers: int = 2
) -> Generator[tuple[str, Run], None, None]:
    """Run the suite once for each name and its arguments, a few at a time, each in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preload"])
    pool = ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1)
    try:
        waiting = [(name, pool.submit(run_here, folder / name, *arguments)) for name, arguments in runs]
        for name, future in waiting:
            yield name, future.result()
    finally:
        # Whoever wants no more of them does not wait for the rest.
        pool.shutdown(cancel_futures=True)


def run_forked(folder: Path, *arguments: str) -> Run:
    """Run the suite in a process of its own, which has loaded all that it needs: a run whose start is no matter."""
    [(_, run)] = run_many(folder.parent, [(folder.name, list(arguments))], 1)
    return run


class Batch:
    """Runs that many tests look at: made ahead of the tests, a few at a time, and each only once.

    A worker of xdist knows every test and not which of them it will be given: there each is made when
    it is asked for. ``plan`` gives the arguments of a run by its name.
    """

    def __init__(self, folder: Path, names: Iterable[str], plan: Callable[[str], list[str]]) -> None:
        alone = "PYTEST_XDIST_WORKER" not in os.environ
        self._folder = folder
        self._plan = plan
        self._seen: dict[str, Run] = {}
        self._coming = run_many(folder, ((name, plan(name)) for name in (names if alone else ())))

    def run(self, name: str) -> Run:
        """Give a run by its name."""
        while name not in self._seen:
            made = next(self._coming, None) or (name, run_forked(self._folder / name, *self._plan(name)))
            self._seen[made[0]] = made[1]
        return self._seen[name]

    def close(self) -> None:
        """Make no more of the runs."""
        self._coming.close()


def command(*arguments: str) -> list[str]:
    """Give the command line that starts the suite in a process of its own."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]


def run_command(folder: Path, *arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Run:
    """Run the suite from the command line, as a user does, and give both of its outputs together."""
    whole = command(f"--report-dir={folder}", *arguments)
    done = subprocess.run(
        whole, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Run(done.returncode, read_report(folder), done.stdout)


def read_report(folder: Path) -> dict[str, Any]:
    """Give the report in a folder, empty where there is none."""
    file = folder / "report.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def faults_of(report: Mapping[str, Any]) -> list[str]:
    """Say in what a report is not what its schema asks for."""
    schema = json.loads(resources.files("conformance.report").joinpath("report.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]
