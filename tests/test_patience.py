"""A target may lose so much time with requests that it does not answer, and no route all of it."""

from conformance.exchange import Answer, Exchange, build
from conformance.patience import Patience

ITEMS, USERS = build("GET", "/items"), build("GET", "/users")
USUAL, HURRIED = 10.0, 2.0


def late(path: str, seconds: float = 1.0) -> Exchange:
    return Exchange(build("GET", path), "http://target", None, "no whole answer in time", seconds)


def after(*exchanges: Exchange) -> Patience:
    """Give the patience that is left after requests one by one."""
    patience = Patience(6.0, 12.0, HURRIED)
    for exchange in exchanges:
        patience.count([exchange])
    return patience


def test_a_route_that_lost_much_is_hurried_and_no_other() -> None:
    patience = after(*[late("/items")] * 3)

    assert patience.seconds(ITEMS, USUAL) == HURRIED
    assert patience.seconds(USERS, USUAL) == USUAL


def test_all_are_hurried_when_the_target_lost_more() -> None:
    patience = after(*[late(f"/{name}") for name in "abcdefg"])

    assert patience.seconds(ITEMS, USUAL) == HURRIED
    assert not patience.is_exhausted


def test_a_route_that_lost_too_much_answers_at_once_or_not_at_all() -> None:
    patience = after(*[late("/items")] * 5)

    assert patience.seconds(ITEMS, USUAL) < HURRIED
    assert patience.seconds(USERS, USUAL) == USUAL


def test_no_route_uses_up_the_time_of_the_others() -> None:
    assert not after(*[late("/items")] * 99).is_exhausted


def test_a_target_that_lost_too_much_on_many_routes_is_given_up() -> None:
    patience = after(*[late(f"/{name}") for name in "abcd"] * 4)

    assert (patience.is_exhausted, patience.lost) == (True, 16.0)


def test_what_is_asked_for_by_its_name_is_one_route() -> None:
    patience = after(late("/items/1?a=1"), late("/items/a7?b=2", 1.5))

    assert patience.seconds(build("GET", "/items/9"), USUAL) == HURRIED
    assert patience.seconds(ITEMS, USUAL) == USUAL


def test_requests_that_were_late_together_lost_as_much_as_the_latest() -> None:
    patience = Patience(6.0, 12.0, HURRIED)
    patience.count([late("/items", 3.0), late("/items", 2.0), late("/users", 1.0)])

    assert patience.lost == 3.0
    assert patience.seconds(USERS, USUAL) == USUAL


def test_what_was_answered_or_broke_off_lost_nothing() -> None:
    answered = Exchange(ITEMS, "http://target", Answer(200, (), b""), None, 100.0)
    broken = Exchange(ITEMS, "http://target", None, "no valid answer: cut", 100.0)

    assert after(answered, broken).lost == 0.0
