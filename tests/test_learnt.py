"""Answers learnt by heart do not pass: not where an answer depends on what is sent, and hardly anywhere in full."""

from pathlib import Path

from conformance.catalogue import of_profile
from tests.harness import Run, run_command

CONFIGURATION = "fixtures/faults/reference.toml"
# The sections whose core answers tell what was sent; in the others the guide itself answers the same to everybody.
TELLING = {"parameters", "request-body", "http-exception", "dependencies", "uploads", "exception-handlers"}


def run_on(profile: str, folder: Path) -> Run:
    words = ["--target-app", "fixtures.learnt.by_heart:app", "--profile", profile, f"--target-config={CONFIGURATION}"]
    return run_command(folder, *words, "--effort", "quick")


def sections(run: Run, *statuses: str) -> set[str]:
    return {row["slug"] for row in run.report["requirements"] if row["status"] in statuses}


def test_what_is_learnt_by_heart_fails_wherever_core_answers_tell_what_was_sent(tmp_path: Path) -> None:
    run = run_on("core", tmp_path)

    assert run.verdict == "nonconformant"
    assert sections(run, "failed") == TELLING, run.output


def test_what_is_learnt_by_heart_fails_half_of_the_guides_sections_in_full(tmp_path: Path) -> None:
    run = run_on("full", tmp_path)
    core = {requirement.slug for requirement in of_profile("core").values()}

    assert run.verdict == "nonconformant"
    assert 2 * len(sections(run, "failed") & core) >= len(core), run.output
