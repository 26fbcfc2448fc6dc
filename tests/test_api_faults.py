"""Every fault of the bookshop turns exactly its requirement of the api profile red; the right one turns none.

Run as they are, the tests make one whole run for each requirement, and of its other faults a run of
that requirement alone. With ``ALL_FAULTS=1`` in the environment every fault gets a whole run.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import of_profile, requirements
from fixtures.faults import FAULTS, load_all, right
from tests.harness import ROOT, Batch, run_command

load_all()
API = of_profile("api")
SHOP = {name: fault for name, fault in FAULTS.items() if fault.base == "tutorial"}
# The one named after its requirement alone comes first.
FIRST = {fault.requirement: name for name, fault in sorted(SHOP.items(), reverse=True)}
WHOLE = [name for name, fault in SHOP.items() if os.environ.get("ALL_FAULTS") or name == FIRST[fault.requirement]]
NARROW = [name for name in SHOP if name not in WHOLE]
CONFIGURATION = ROOT / "fixtures" / "implementations" / "tutorial.toml"


def arguments(name: str, contract: Path) -> list[str]:
    words = ["--target-app", f"fixtures.faults:{name}", "--profile", "api", "--effort", "quick"]
    words += ["--target-config", str(CONFIGURATION)]
    if SHOP[name].has_contract:
        words += ["--openapi", str(contract)]
    return words if name in WHOLE else [*words, "--requirement", SHOP[name].requirement]


def consequences(id: str) -> set[str]:
    """Give what depends on a requirement, directly or through others."""
    found: set[str] = set()
    while more := {row.id for row in API.values() if {id, *found} & set(row.depends_on)} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the right shop's document as a file, made by whatever version of FastAPI is there."""
    file = tmp_path_factory.mktemp("contract") / "openapi.json"
    file.write_text(json.dumps(right("tutorial").openapi()))
    return file


@pytest.fixture(scope="module")
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, contract: Path) -> Iterator[Batch]:
    wanted = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    planned = {name: arguments(name, contract) for name in (*WHOLE, *NARROW) if name in wanted}
    with closing(Batch(tmp_path_factory.mktemp("faults"), planned)) as batch:
        yield batch


def red(requirement: str) -> int:
    return 1 if requirements()[requirement].level == "MUST" else 0


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_turns_exactly_its_requirement_red(name: str, batch: Batch, contract: Path) -> None:
    requirement = SHOP[name].requirement

    run = batch.run(name, arguments(name, contract))

    assert run.of_status("failed") == [requirement], run.output
    assert run.of_status("unstable", "error", "waived") == [], run.output
    assert set(run.of_status("blocked")) <= consequences(requirement), run.output
    assert len(run.report["requirements"]) == len(API)
    assert run.exit_code == red(requirement), run.output


@pytest.mark.parametrize("name", NARROW)
def test_another_way_to_break_a_requirement_turns_it_red(name: str, batch: Batch, contract: Path) -> None:
    requirement = SHOP[name].requirement

    run = batch.run(name, arguments(name, contract))

    assert run.of_status("failed") == [requirement], run.output
    assert run.exit_code in (red(requirement), 1), run.output


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "in parallel"])
def test_the_right_shop_is_conformant_with_its_errors_documented(
    more: list[str], contract: Path, tmp_path: Path
) -> None:
    words = ["--target-app", "fixtures.faults:tutorial", "--openapi", str(contract)]
    run = run_command(tmp_path, *words, "--profile", "api", "--target-config", str(CONFIGURATION), *more)

    assert run.of_status("failed", "unstable", "error", "blocked", "not_verified") == [], run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0)


def test_the_right_shop_as_the_tutorial_writes_it_lacks_only_documented_errors(tmp_path: Path) -> None:
    words = ["--target-app", "fixtures.implementations.tutorial:app", "--target-config", str(CONFIGURATION)]
    run = run_command(tmp_path, *words, "--profile", "api")

    assert run.of_status("failed") == ["api-errors-documented"], run.output
    assert run.exit_code == 0


def test_every_requirement_of_the_profile_has_a_fault_and_every_must_two() -> None:
    for id, row in API.items():
        found = [name for name, fault in SHOP.items() if fault.requirement == id]
        assert len(found) >= (2 if row.level == "MUST" else 1), id
