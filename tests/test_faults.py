"""Every fault turns exactly its requirement red, and nothing that is not its consequence.

Run as they are, the tests make one whole run for each requirement of the core profile, and of every
other fault of it a run of its requirement alone; of the full profile's faults one for each requirement
is tried so. With ``ALL_FAULTS=1`` in the environment there is a whole run of every fault.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import of_profile, requirements
from conformance.settings import Settings
from conformance.watch import rules
from fixtures.faults import FAULTS, load_all
from fixtures.faults._bases import CONFIGURATION
from fixtures.faults.sources import SOURCE_FAULTS
from tests.harness import Batch, Run

load_all()
# The api profile has faults and tests of its own.
GUIDE = {name: fault for name, fault in FAULTS.items() if fault.profile != "api"}
EVERY = bool(os.environ.get("ALL_FAULTS"))
# The one named after its requirement alone is the first.
FIRST = {fault.requirement: name for name, fault in sorted(GUIDE.items(), reverse=True)}
# What a rule about every answer of the run finds, a run of one requirement need not see.
WATCHED = set(rules(Settings()))


def is_whole(name: str) -> bool:
    """Tell whether the run against a fault is a whole one."""
    fault = GUIDE[name]
    return EVERY or (fault.profile == "core" and (name == FIRST[fault.requirement] or fault.requirement in WATCHED))


WHOLE = [name for name in GUIDE if is_whole(name)]
NARROW = [
    name
    for name, fault in GUIDE.items()
    if name not in WHOLE and (fault.profile == "core" or name == FIRST[fault.requirement])
]


def arguments(name: str) -> list[str]:
    fault = GUIDE[name]
    words = ["--effort", "quick", "--profile", fault.profile]
    if fault.reach == "process":
        words += ["--target-command", f"uvicorn fixtures.faults:{name} --port {{port}}"]
    else:
        words += ["--target-app", f"fixtures.faults:{name}"]
    if fault.profile == "full":
        words += ["--target-config", str(CONFIGURATION)]
    return words if name in WHOLE else [*words, "--requirement", fault.requirement]


def of_source(name: str, folder: Path) -> list[str]:
    requirement, make = SOURCE_FAULTS[name]
    if not folder.exists():
        make(folder)
    # The source is looked at beside a target that is there to be reached, and right.
    words = ["--target-app", "fixtures.implementations.guide:app", "--target-source", str(folder), "--profile", "full"]
    narrowed = [row.id for row in of_profile("full").values() if row.needs == "source"] if EVERY else [requirement]
    return [*words, *(word for id in narrowed for word in ("--requirement", id))]


def consequences(id: str) -> set[str]:
    """Give what depends on a requirement, directly or through others."""
    found: set[str] = set()
    while more := {row.id for row in requirements().values() if {id, *found} & set(row.depends_on)} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sources: Path) -> Iterator[Batch]:
    asked = [
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    planned = {name: arguments(name) for name in (*WHOLE, *NARROW) if name in asked}
    planned |= {name: of_source(name, sources / name) for name in SOURCE_FAULTS if name in asked}
    with closing(Batch(tmp_path_factory.mktemp("faults"), planned)) as batch:
        yield batch


def red(requirement: str) -> int:
    return 1 if requirements()[requirement].level == "MUST" else 0


def expect_exact(run: Run, requirement: str) -> None:
    """Assert that nothing but a requirement and what depends on it is red."""
    assert run.of_status("failed") == [requirement], run.output
    assert run.of_status("unstable", "error", "waived") == [], run.output
    assert set(run.of_status("blocked")) <= consequences(requirement), run.output


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_turns_exactly_its_requirement_red(name: str, batch: Batch) -> None:
    fault = GUIDE[name]

    run = batch.run(name, arguments(name))

    expect_exact(run, fault.requirement)
    assert len(run.report["requirements"]) == len(of_profile(fault.profile))
    assert run.exit_code == max(map(red, run.of_status("failed", "blocked"))), run.output


@pytest.mark.parametrize("name", NARROW)
def test_another_way_to_break_a_requirement_turns_it_red(name: str, batch: Batch) -> None:
    fault = GUIDE[name]

    run = batch.run(name, arguments(name))

    assert run.of_status("failed") == [fault.requirement], run.output
    assert run.exit_code in (red(fault.requirement), 1), run.output


@pytest.mark.parametrize("name", SOURCE_FAULTS)
def test_a_fault_of_the_source_turns_its_requirement_red(name: str, batch: Batch, sources: Path) -> None:
    requirement, _ = SOURCE_FAULTS[name]

    run = batch.run(name, of_source(name, sources / name))

    expect_exact(run, requirement)
    # What is only a recommendation does not decide, and then nothing is verified.
    assert run.exit_code in (red(requirement), 1), run.output


def test_every_requirement_has_a_fault() -> None:
    broken = {*FIRST, *(requirement for requirement, _ in SOURCE_FAULTS.values())}

    assert broken == set(of_profile("full"))


def test_every_fault_is_of_the_profile_of_its_requirement() -> None:
    odd = [name for name, fault in GUIDE.items() if requirements()[fault.requirement].profile != fault.profile]

    assert odd == []
