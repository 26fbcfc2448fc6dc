"""The catalogue is consistent in itself, and the suite verifies all of it."""

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from conformance import suite
from conformance.catalogue import (
    PROFILES,
    Requirement,
    UnknownName,
    of_profile,
    requirement,
    requirements,
    sections,
    unknown,
)
from conformance.properties import requirement as verifies
from fixtures.faults import FAULTS, load_all

SUITE = Path(suite.__file__).parent
IDS = list(requirements())
CORE = list(of_profile("core"))


def verified() -> Iterator[tuple[str, str]]:
    """Give each module of the suite with the requirements that its tests name."""
    for file in SUITE.glob("*/test_*.py"):
        for name in re.findall(r'^@requirement\("([^"]+)"\)', file.read_text(encoding="utf-8"), re.MULTILINE):
            yield file.stem, name


def test_the_guides_29_sections_and_its_introduction_are_there_in_order() -> None:
    assert [section.number for section in sections()] == list(range(30))


def test_every_slug_is_unique_and_can_be_a_modules_name() -> None:
    slugs = [section.slug for section in sections()]

    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


def test_every_id_is_unique() -> None:
    ids = [row.id for section in sections() for row in section.requirements]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("id", IDS)
def test_a_requirement_is_whole(id: str) -> None:
    row = requirement(id)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.id)
    assert row.level in ("MUST", "SHOULD")
    assert row.profile in PROFILES
    assert row.needs in ("http", "app", "process", "source")


@pytest.mark.parametrize("id", IDS)
def test_a_requirement_says_what_must_hold_and_what_mends_it(id: str) -> None:
    row = requirement(id)

    for text in (row.statement, row.hint):
        assert text.strip() == text
        assert "\n" not in text
        assert text.count("`") % 2 == 0
    assert len(row.hint) > 40
    assert row.hint != row.statement


@pytest.mark.parametrize("id", IDS)
def test_a_requirement_depends_on_others_of_its_own_profile(id: str) -> None:
    row = requirement(id)

    assert len(set(row.depends_on)) == len(row.depends_on)
    assert set(row.depends_on) <= set(of_profile(row.profile)) - {id}


def test_no_requirement_depends_on_itself_through_others() -> None:
    TopologicalSorter({id: row.depends_on for id, row in requirements().items()}).prepare()


def test_informative_sections_name_the_sections_that_carry_their_points() -> None:
    normative = {section.slug for section in sections() if section.requirements}

    for section in sections():
        assert bool(section.carried_by) != bool(section.requirements), section.slug
        assert set(section.carried_by) <= normative, section.slug


def test_the_informative_sections_are_the_contracts() -> None:
    assert [section.number for section in sections() if not section.requirements] == [0, 1, 3, 27, 28, 29]


def test_core_is_what_the_contract_counts() -> None:
    levels = [row.level for row in of_profile("core").values()]

    assert (levels.count("MUST"), levels.count("SHOULD")) == (67, 10)


def test_full_contains_core() -> None:
    assert of_profile("core").items() <= of_profile("full").items()


def test_core_needs_no_more_than_http_and_an_application() -> None:
    assert {row.needs for row in of_profile("core").values()} == {"http", "app"}


def test_every_core_requirement_has_a_test_in_the_suite() -> None:
    assert set(CORE) <= {name for _, name in verified()}


def test_the_suite_verifies_nothing_that_the_catalogue_lacks() -> None:
    assert {name for _, name in verified()} <= set(IDS)


def test_a_requirement_is_verified_in_its_sections_module() -> None:
    for module, name in verified():
        assert module.startswith(f"test_{requirement(name).slug.replace('-', '_')}"), name


def test_every_core_requirement_has_a_fault() -> None:
    load_all()

    assert set(CORE) <= {fault.requirement for fault in FAULTS.values()}


def test_no_fault_breaks_what_the_catalogue_lacks() -> None:
    load_all()

    assert {fault.requirement for fault in FAULTS.values()} <= set(IDS)


def test_an_unknown_requirement_fails_where_a_test_names_it() -> None:
    with pytest.raises(UnknownName, match="unknown requirement 'item-shap'; did you mean item-shape"):
        verifies("item-shap")


def test_a_name_like_no_other_is_offered_none() -> None:
    assert unknown("section", "qqqq", ["routing"]) == "unknown section 'qqqq'"


def test_a_requirement_is_found_by_its_id() -> None:
    assert isinstance(requirement("item-shape"), Requirement)
