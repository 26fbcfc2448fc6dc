"""Every fault turns exactly its requirement red, and nothing that is not its consequence.

Run as they are, the tests make one whole run for each requirement, and of its other faults a run of
that requirement alone. With ``ALL_FAULTS=1`` in the environment every fault gets a whole run.
"""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from conformance.catalogue import of_profile, requirements
from conformance.settings import Settings
from conformance.watch import rules
from fixtures.faults import FAULTS, Fault, load_all
from tests.harness import Batch

load_all()
CORE = of_profile("core")
GUIDE = {name: fault for name, fault in FAULTS.items() if fault.base == "guide"}
# The one named after its requirement alone comes first in its module.
FIRST = {fault.requirement: name for name, fault in sorted(GUIDE.items(), reverse=True)}
# What a rule about every answer of the run finds, a run of one requirement need not see.
WATCHED = set(rules(Settings()))
WHOLE = [
    name
    for name, fault in GUIDE.items()
    if os.environ.get("ALL_FAULTS") or name == FIRST[fault.requirement] or fault.requirement in WATCHED
]
# Backwards, since the last ones wait for a close that does not come: others are tried meanwhile.
NARROW = sorted((name for name in GUIDE if name not in WHOLE), reverse=True)


def arguments(name: str) -> list[str]:
    words = ["--target-app", f"fixtures.faults:{name}", "--effort", "quick", "--profile", "core"]
    return words if name in WHOLE else [*words, "--requirement", GUIDE[name].requirement]


def consequences(id: str) -> set[str]:
    """Give what depends on a requirement, directly or through others."""
    found: set[str] = set()
    while more := {row.id for row in CORE.values() if {id, *found} & set(row.depends_on)} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    wanted = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    planned = {name: arguments(name) for name in (*NARROW, *WHOLE) if name in wanted}
    with closing(Batch(tmp_path_factory.mktemp("faults"), planned)) as batch:
        yield batch


def red(fault: Fault) -> int:
    return 1 if requirements()[fault.requirement].level == "MUST" else 0


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_turns_exactly_its_requirement_red(name: str, batch: Batch) -> None:
    fault = GUIDE[name]

    run = batch.run(name, arguments(name))

    assert run.of_status("failed") == [fault.requirement], run.output
    assert run.of_status("unstable", "error", "waived") == [], run.output
    assert set(run.of_status("blocked")) <= consequences(fault.requirement), run.output
    assert len(run.report["requirements"]) == len(CORE)
    assert run.exit_code == red(fault), run.output


@pytest.mark.parametrize("name", NARROW)
def test_another_way_to_break_a_requirement_turns_it_red(name: str, batch: Batch) -> None:
    fault = GUIDE[name]

    run = batch.run(name, arguments(name))

    assert run.of_status("failed") == [fault.requirement], run.output
    assert run.exit_code in (red(fault), 1), run.output


def test_every_core_requirement_has_a_fault() -> None:
    assert set(FIRST) == set(CORE)
