"""The right bookshop, from which the api profile's faults start, holds to its document."""

from pathlib import Path

import pytest

from tests.fault_runs import BOOKSHOP, contract
from tests.harness import run_command


@pytest.mark.parametrize("more", [[], ["-n", "2", "--effort", "quick"]], ids=["alone", "in parallel"])
def test_the_right_shop_is_conformant_with_its_errors_documented(more: list[str], tmp_path: Path) -> None:
    words = ["--target-app", "fixtures.faults:tutorial", "--openapi", str(contract(tmp_path))]
    run = run_command(tmp_path, *words, "--profile", "api", "--target-config", str(BOOKSHOP), *more)

    assert run.of_status("failed", "unstable", "error", "blocked", "not_verified") == [], run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0)


def test_the_right_shop_as_the_tutorial_writes_it_lacks_only_documented_errors(tmp_path: Path) -> None:
    words = ["--target-app", "fixtures.implementations.tutorial:app", "--target-config", str(BOOKSHOP)]
    run = run_command(tmp_path, *words, "--profile", "api", "--effort", "quick")

    assert run.of_status("failed") == ["api-errors-documented"], run.output
    assert run.exit_code == 0
