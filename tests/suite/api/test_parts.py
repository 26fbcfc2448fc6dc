"""Operations are dealt to workers: each to one, those on one resource together, about as many to each."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.suite.api._parts import part_of, spread
from conformance.suite.operations import Operation, operations
from conformance.suite.schemas import Schemas


def made(*templates: str) -> list[Operation]:
    """Give the operations of paths that can be read and deleted."""
    verbs: dict[str, Any] = {verb: {"responses": {}} for verb in ("get", "delete")}
    return list(operations(Schemas({"openapi": "3.1.0", "paths": dict.fromkeys(templates, verbs)})))


TEMPLATES = ["/a", "/a/{id}", "/a/{id}/b", "/b", "/b/{id}", "/c/d", "/c/d/{id}", "/e"]


@given(st.lists(st.sampled_from(TEMPLATES), unique=True), st.integers(1, 4))
def test_every_operation_is_in_exactly_one_part(templates: list[str], of: int) -> None:
    listed = made(*templates)

    parts = [part_of(listed, number, of) for number in range(1, of + 1)]

    assert sorted(each.label for part in parts for each in part) == sorted(each.label for each in listed)


def test_the_operations_on_the_things_of_a_collection_stay_with_it() -> None:
    listed = made("/users", "/orders", "/users/{id}", "/orders/{id}", "/users/{id}/orders")

    first, second = (part_of(listed, number, 2) for number in (1, 2))

    assert {each.template for each in first} == {"/users", "/users/{id}", "/users/{id}/orders"}
    assert {each.template for each in second} == {"/orders", "/orders/{id}"}


@pytest.mark.parametrize("of", [2, 3])
def test_parts_are_of_about_the_same_size(of: int) -> None:
    listed = made(*[f"/things{n}" for n in range(30)])

    assert {len(part_of(listed, number, of)) for number in range(1, of + 1)} == {60 // of}


def test_a_single_part_is_all_of_them_in_their_order() -> None:
    listed = made("/b", "/a")

    assert part_of(listed, 1, 1) == listed


def test_a_sample_is_taken_evenly() -> None:
    assert spread(list(range(100)), 4) == [0, 25, 50, 75]


def test_what_is_short_enough_is_taken_whole() -> None:
    assert spread([1, 2, 3], 3) == [1, 2, 3]
