"""Under xdist the workers of the api profile share the operations, and say together what one would have said."""

from pathlib import Path
from typing import Any

import pytest

from conformance.verdict import Outcome, merge
from tests.harness import ROOT, Run, run_command
from tests.servers import uvicorn

CONFIGURATION = ROOT / "fixtures" / "implementations" / "tutorial.toml"


def run_on(url: str, folder: Path, *more: str) -> Run:
    words = ["--profile", "api", "--effort", "quick", "--target-config", str(CONFIGURATION), "--target-url", url]
    return run_command(folder, *words, *more)


def told(run: Run) -> dict[str, Any]:
    """Give what became of each requirement, on the whole and for each operation."""
    return {
        row["id"]: (row["status"], [(each["operation"], each["status"]) for each in row.get("operations", ())])
        for row in run.report["requirements"]
    }


@pytest.mark.parametrize("name", ["tutorial", "api_validation_error_shape"])
def test_workers_say_what_one_process_says_and_send_much_less_each(name: str, tmp_path: Path) -> None:
    with uvicorn(f"fixtures.faults:{name}") as url:
        alone = run_on(url, tmp_path / "alone")
        together = run_on(url, tmp_path / "together", "-n", "2")

    assert told(together) == told(alone), together.output
    assert (together.verdict, together.exit_code) == (alone.verdict, alone.exit_code)
    assert together.report["requests"] < 1.5 * alone.report["requests"]


def test_what_does_not_apply_counts_where_no_other_worker_tells_of_the_rest() -> None:
    outcomes = [Outcome("first", "passed"), Outcome("first", "not_verified", applies=False)]

    assert merge(outcomes)["first"].status == "not_verified"
