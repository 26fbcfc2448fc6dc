"""The full profile holds for an app that does everything by other means than the reference app."""

from pathlib import Path

from conformance.catalogue import of_profile
from tests.harness import run_command
from tests.whole import arguments

SOURCE = [id for id, row in of_profile("full").items() if row.needs == "source"]


def test_a_whole_app_of_other_means_is_conformant(tmp_path: Path) -> None:
    run = run_command(tmp_path / "report", "--effort", "quick", *arguments(tmp_path))

    assert run.of_status("failed", "blocked", "unstable", "error") == [], run.output
    assert run.of_status("not_verified") == SOURCE, run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0)
