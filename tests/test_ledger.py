"""What several processes of one run leave on a target is told once."""

import pytest

from conformance.ledger import Leftover, joined


def test_what_several_processes_made_by_one_route_is_counted_together() -> None:
    told = joined([Leftover("POST", "/users", "users", 3), Leftover("POST", "/users", "users", 4)])

    assert [each.note for each in told] == ["7 users"]


@pytest.mark.parametrize(
    ("count", "note"),
    [(1, "1 event: no route removes one"), (2, "2 events: no route removes one")],
    ids=["one", "several"],
)
def test_one_thing_that_is_left_is_told_in_the_singular(count: int, note: str) -> None:
    assert Leftover("POST", "/events", "events: no route removes one", count).note == note


def test_what_differs_is_told_apart() -> None:
    left = [Leftover("POST", "/users", "users", 3), Leftover("POST", "/events", "events", 1)]

    assert joined(left) == left


def test_an_item_that_stayed_is_told_without_a_number() -> None:
    assert [each.note for each in joined([Leftover("POST", "/items/5", "its DELETE answered 500")])] == [
        "its DELETE answered 500"
    ]
