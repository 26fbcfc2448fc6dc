"""Every fault turns exactly its requirement red, and nothing that is not its consequence.

Run as they are, the tests make one whole run for each requirement of the core and api profiles, and of
two more faults of each of these a run of its requirement alone; of the full profile's faults one for each
requirement is tried so. With ``ALL_FAULTS=1`` in the environment there is a whole run of every fault.
"""

import pkgutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import fixtures.faults
from conformance.catalogue import of_profile, requirements
from fixtures.faults import FAULTS
from fixtures.faults.sources import SOURCE_FAULTS
from tests.fault_runs import BROKEN, EVERY, FIRST, WATCHED, WAYS, arguments, consequences, exit_code, profile
from tests.harness import Batch, Run

# Of each requirement of the core and api profiles.
_TRIED = 3


def is_whole(name: str) -> bool:
    """Tell whether the run against a fault is a whole one."""
    return EVERY or (profile(name) != "full" and (name == FIRST[BROKEN[name]] or BROKEN[name] in WATCHED))


def is_tried(name: str) -> bool:
    """Tell whether there is a run against a fault at all."""
    if EVERY or name in SOURCE_FAULTS or is_whole(name):
        return True
    return name in WAYS[BROKEN[name]][: 1 if profile(name) == "full" else _TRIED]


WHOLE = [name for name in FAULTS if is_whole(name)]
NARROW = [name for name in FAULTS if is_tried(name) and name not in WHOLE]
# Those that start processes wait the longest, and are begun first.
PLANNED = sorted([*WHOLE, *NARROW, *SOURCE_FAULTS], key=lambda name: name in FAULTS and FAULTS[name].reach == "app")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Batch]:
    asked = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    names = [name for name in PLANNED if name in asked]
    with closing(
        Batch(tmp_path_factory.mktemp("faults"), names, lambda name: arguments(name, folder, whole=is_whole(name)))
    ) as batch:
        yield batch


def expect_exact(run: Run, requirement: str) -> None:
    """Assert that nothing but a requirement and what depends on it is red."""
    assert run.of_status("failed") == [requirement], run.output
    assert run.of_status("unstable", "error", "waived") == [], run.output
    assert set(run.of_status("blocked")) <= consequences(requirement), run.output


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_turns_exactly_its_requirement_red(name: str, batch: Batch) -> None:
    run = batch.run(name)

    expect_exact(run, BROKEN[name])
    assert len(run.report["requirements"]) == len(of_profile(profile(name)))
    assert run.exit_code == exit_code(*run.of_status("failed", "blocked")), run.output


@pytest.mark.parametrize("name", NARROW)
def test_another_way_to_break_a_requirement_turns_it_red(name: str, batch: Batch) -> None:
    run = batch.run(name)

    assert run.of_status("failed") == [BROKEN[name]], run.output
    assert run.exit_code in (exit_code(BROKEN[name]), 1), run.output


@pytest.mark.parametrize("name", SOURCE_FAULTS)
def test_a_fault_of_the_source_turns_its_requirement_red(name: str, batch: Batch) -> None:
    run = batch.run(name)

    expect_exact(run, BROKEN[name])
    # What is only a recommendation does not decide, and then nothing is verified.
    assert run.exit_code in (exit_code(BROKEN[name]), 1), run.output


def test_every_requirement_has_a_fault() -> None:
    assert set(FIRST) == set(requirements())


def test_every_requirement_has_three_faults_at_least() -> None:
    assert [id for id in requirements() if len(WAYS.get(id, ())) < 3] == []


def test_every_fault_is_held_to_a_profile_that_has_its_requirement() -> None:
    odd = [name for name, requirement in BROKEN.items() if requirement not in of_profile(profile(name))]

    assert odd == []


def test_no_module_of_faults_has_the_name_of_one() -> None:
    # The package would give the module for the fault once that has been imported.
    assert {module.name for module in pkgutil.iter_modules(fixtures.faults.__path__)} & set(FAULTS) == set()
