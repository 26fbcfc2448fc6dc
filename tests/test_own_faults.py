"""The kit's own faults are its own: told as errors, with what is known so far, and nothing is left running."""

import os
import signal
import sys
import uuid
from pathlib import Path

import psutil
import pytest

from tests.harness import Run, faults_of, run_command

SECTIONS = ["--section", "first-api", "--section", "parameters", "--profile", "core", "--effort", "quick"]


def sabotaged(kind: str, folder: Path, *more: str, number: int = signal.SIGINT) -> Run:
    """Run on a command that the kit starts, and see that it is gone afterwards."""
    mark = uuid.uuid4().hex
    served = f"{sys.executable} -m uvicorn fixtures.implementations.guide:app --log-level error --port {{port}}"
    env = {**os.environ, "SABOTAGE": kind, "SABOTAGE_SIGNAL": str(int(number))}
    words = ["--target-command", f"{served} --header x-mark:{mark}", *SECTIONS, "-p", "tests.sabotage", *more]

    run = run_command(folder, *words, env=env)

    assert [process for process in psutil.process_iter(["cmdline"]) if mark in str(process.info["cmdline"])] == []
    return run


def test_an_exception_in_a_check_is_the_kits_error(tmp_path: Path) -> None:
    run = sabotaged("check", tmp_path)

    assert (run.verdict, run.exit_code) == ("incomplete", 1)
    assert run.of_status("error") == ["root-message"]
    assert run.of_status("failed") == []
    assert "the kit failed: ZeroDivisionError: a bug" in run.output
    assert "Traceback" not in run.output


def test_a_bug_in_a_strategy_is_the_kits_error_wherever_it_draws(tmp_path: Path) -> None:
    run = sabotaged("strategy", tmp_path)

    assert (run.verdict, run.exit_code) == ("incomplete", 1)
    assert "path-int-echo" in run.of_status("error")
    assert run.of_status("failed") == []
    assert run.status("root-message") == "passed"


def test_a_bug_in_a_hook_is_3_with_a_report_of_an_error(tmp_path: Path) -> None:
    run = sabotaged("hook", tmp_path)

    assert (run.verdict, run.exit_code) == ("error", 3)
    assert faults_of(run.report) == []


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "in parallel"])
def test_a_bug_before_the_first_test_is_3_and_one_line_with_a_report_of_an_error(
    more: list[str], tmp_path: Path
) -> None:
    run = sabotaged("opening", tmp_path, *more)

    assert (run.verdict, run.exit_code) == ("error", 3)
    [line] = run.output.splitlines()
    assert line.startswith("Exit: the kit failed: ZeroDivisionError: a bug (sabotage.py:")
    assert faults_of(run.report) == []
    assert len(run.of_status("not_verified")) == 8


def test_a_report_that_cannot_be_written_is_told_beside_what_is_unreachable(tmp_path: Path) -> None:
    run = sabotaged("report", tmp_path, "--target-url", "http://127.0.0.1:9")

    assert run.exit_code == 69
    [line] = run.output.splitlines()
    assert line.startswith("Exit: target unreachable: nothing answers at http://127.0.0.1:9: ")
    assert line.endswith(f"; the kit failed: {tmp_path / 'report.json'} cannot be written: ZeroDivisionError: a bug")


@pytest.mark.parametrize(("kind", "reason"), [("full disk", "File too large"), ("report", "ZeroDivisionError: a bug")])
def test_a_report_that_cannot_be_written_is_3_and_one_line_and_the_terminal_tells(
    kind: str, reason: str, tmp_path: Path
) -> None:
    run = sabotaged(kind, tmp_path)

    assert run.exit_code == 3
    assert f"the kit failed: {tmp_path / 'report.json'} cannot be written: {reason}" in run.output
    assert "8 passed, 0 failed" in run.output
    assert "verdict: error (core, 8 of 77 requirements)" in run.output
    assert "Traceback" not in run.output
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_is_killed_is_an_error_of_the_test_that_it_ran(tmp_path: Path) -> None:
    run = sabotaged("worker", tmp_path, "-n", "2")

    assert (run.verdict, run.exit_code) == ("incomplete", 1)
    assert len(run.of_status("error")) == 1
    assert len(run.of_status("passed")) == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("phase", ["at the probe", "at collection", "in a test", "at the clean-up", "at the report"])
def test_an_interruption_is_2_with_a_report(phase: str, number: signal.Signals, tmp_path: Path) -> None:
    run = sabotaged(f"signal {phase}", tmp_path, number=number)

    assert run.exit_code == 2, run.output
    assert faults_of(run.report) == []
    assert len(run.of_status("passed", "not_verified")) == 8
    assert "Traceback" not in run.output
