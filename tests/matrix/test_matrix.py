"""The kill matrix as it is committed is complete, and shows nothing that is not as it should be."""

from conformance.catalogue import requirements
from tests.fault_runs import BROKEN, FIRST, consequences
from tests.matrix import figures, page, right

FIGURES = figures.read()
AGAIN = "python -m tests.matrix"


def test_every_requirement_has_a_fault() -> None:
    assert {kill["requirement"] for kill in FIGURES["faults"].values()} == set(requirements())


def test_every_fault_was_measured() -> None:
    measured = {name: kill["requirement"] for name, kill in FIGURES["faults"].items()}

    assert measured == BROKEN, f"{AGAIN} suite NAME"


def test_the_first_fault_of_every_requirement_was_given_a_whole_run() -> None:
    narrow = [name for name in FIRST.values() if not FIGURES["faults"][name]["whole"]]

    assert narrow == [], f"{AGAIN} suite NAME"


def test_every_fault_is_caught_by_its_own_requirement_and_nothing_else_turns_red() -> None:
    odd = {
        name: kill
        for name, kill in FIGURES["faults"].items()
        if kill["failed"] != [kill["requirement"]]
        or kill["unstable"]
        or set(kill["blocked"]) - consequences(kill["requirement"])
    }

    assert odd == {}


def test_every_right_implementation_is_there() -> None:
    served = {right.by_url(name) for name in (*right.APPS, right.EXPRESS)}
    others = {name for name in FIGURES["right"] if not name.startswith(right.UNDER)}

    assert others == {*right.BY_APPLICATION, right.WHOLE, *served}


def test_the_guides_app_was_tried_under_five_fastapis_by_a_command_and_in_process() -> None:
    tried = [name.removeprefix(right.UNDER) for name in FIGURES["right"] if name.startswith(right.UNDER)]

    assert len({name.partition(",")[0] for name in tried}) == 5
    assert len(tried) == 10


def test_every_right_implementation_is_conformant() -> None:
    odd = {name: seen for name, seen in FIGURES["right"].items() if seen["verdict"] != "conformant" or seen["unstable"]}

    assert odd == {}


def test_the_page_shows_the_figures() -> None:
    assert page.FILE.read_text() == page.page(FIGURES), f"{AGAIN} page"
