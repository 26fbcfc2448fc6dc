"""Properties: values that the seed decides, sent a round at a time, and the smallest one that is wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance import properties
from conformance.checks import Mismatch, expect, expect_status
from conformance.client import Client, Connection, Limits
from conformance.exchange import build
from conformance.properties import Api, Draws, Flow, drive
from conformance.settings import EXAMPLES
from tests.servers import Received, Recorder, answer, recording

FIRST = Draws(1, "standard", "query-echo")
numbers = st.integers(0, 10_000)


def large_is_wrong(request: Received) -> bytes:
    """Answer 500 to every number above 700."""
    number = int(request.path.rpartition("/")[2])
    return answer(500 if number > 700 else 200)


@pytest.fixture
def target() -> Iterator[Recorder]:
    with recording(large_is_wrong) as recorder:
        yield recorder


@pytest.fixture
def api(target: Recorder) -> Iterator[Api]:
    client = Client(Connection(target.url, limits=Limits()))
    yield Api(client, FIRST)
    client.close()


def number_is_found(api: Api, number: int) -> Flow:
    exchange = yield build("GET", f"/{number}")

    expect_status(exchange, 200)


def test_the_same_seed_draws_the_same_values() -> None:
    again = Draws(1, "standard", "query-echo")

    assert FIRST.examples(st.text()) == again.examples(st.text())
    assert (FIRST.number("a"), FIRST.token("a")) == (again.number("a"), again.token("a"))


@pytest.mark.parametrize("other", [Draws(2, "standard", "query-echo"), Draws(1, "standard", "path-int-echo")], ids=repr)
def test_another_seed_or_requirement_draws_other_values(other: Draws) -> None:
    assert FIRST.examples(st.text()) != other.examples(st.text())
    assert FIRST.token() != other.token()


def test_another_label_gives_another_token() -> None:
    assert FIRST.token("one") != FIRST.token("other")


def test_a_token_is_twelve_letters_and_digits() -> None:
    assert len(FIRST.token()) == 12
    assert FIRST.token().isalnum()


def test_hypothesis_own_seed_option_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from hypothesis import core

    drawn = FIRST.examples(numbers)
    monkeypatch.setattr(core, "global_force_seed", 99)

    assert FIRST.examples(numbers) == drawn


@pytest.mark.parametrize("effort", EXAMPLES)
def test_the_effort_says_how_many_values_are_tried(effort: str) -> None:
    assert len(Draws(1, effort, "query-echo").examples(numbers)) == EXAMPLES[effort]


def test_a_test_may_say_how_many_values_it_needs() -> None:
    assert len(FIRST.examples(numbers, 3)) == 3


def test_the_smallest_value_is_found() -> None:
    assert FIRST.smallest(numbers, lambda n: n > 700) == 701


def test_where_nothing_is_wrong_there_is_no_smallest_value() -> None:
    assert FIRST.smallest(numbers, lambda n: False) is None


def test_a_search_that_wavers_keeps_what_it_has() -> None:
    calls = []

    def once(n: int) -> bool:
        calls.append(n)
        return len(calls) == 1

    assert FIRST.smallest(numbers, once) == calls[0]


def test_a_search_ends_after_so_many_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(properties, "_SHRINK_CALLS", 5)
    calls = []

    def count(n: int) -> bool:
        calls.append(n)
        return n > 700

    FIRST.smallest(numbers, count)
    assert len(calls) <= 5


def test_a_bug_in_a_search_is_not_hidden() -> None:
    def broken(n: int) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        FIRST.smallest(numbers, broken)


def test_flows_go_side_by_side_a_round_at_a_time(api: Api, target: Recorder) -> None:
    def two_rounds(name: int) -> Flow:
        yield build("GET", f"/{name}/1")
        yield build("GET", f"/{name}/2")

    assert drive(api.client, [two_rounds(n) for n in range(3)]) == {}
    assert sorted(r.path for r in target.received[:3]) == ["/0/1", "/1/1", "/2/1"]
    assert sorted(r.path for r in target.received[3:]) == ["/0/2", "/1/2", "/2/2"]


def test_a_flow_is_given_its_own_exchanges(api: Api) -> None:
    seen: dict[int, list[str]] = {}

    def ask(n: int) -> Flow:
        one = yield build("GET", f"/{n}")
        many = yield [build("GET", f"/{n}/{m}") for m in range(n)]
        seen[n] = [exchange.request.path for exchange in (one, *many)]

    drive(api.client, [ask(n) for n in range(4)])

    assert seen == {n: [f"/{n}", *(f"/{n}/{m}" for m in range(n))] for n in range(4)}


def test_no_round_follows_one_that_did_not_hold(api: Api, target: Recorder) -> None:
    def ask(n: int) -> Flow:
        exchange = yield build("GET", f"/{n}")
        expect(n != 1, exchange, "another number")
        yield build("GET", f"/{n}/2")

    broken = drive(api.client, [ask(n) for n in range(3)])

    assert list(broken) == [1]
    assert len(target.received) == 3


def test_a_flow_that_sends_nothing_is_judged_too(api: Api) -> None:
    def nothing() -> Flow:
        expect(False, None, "something")
        yield build("GET", "/1")

    assert list(drive(api.client, [nothing()])) == [0]


def test_every_flow_is_closed_whatever_ends_the_drive(api: Api) -> None:
    closed = []

    def ask(n: int) -> Flow:
        try:
            yield build("GET", f"/{n}")
            if n == 0:
                raise ZeroDivisionError
            yield build("GET", f"/{n}")
        finally:
            closed.append(n)

    with pytest.raises(ZeroDivisionError):
        drive(api.client, [ask(n) for n in range(3)])
    assert sorted(closed) == [0, 1, 2]


def test_boundaries_are_always_among_the_values(api: Api, target: Recorder) -> None:
    properties.given(st.integers(0, 5), boundaries=[0, 700], count=3)(number_is_found)(api)

    assert {"/0", "/700"} <= {request.path for request in target.received}
    assert len(target.received) == 5


def failing(api: Api, test: Callable[[Api], None]) -> Mismatch:
    with pytest.raises(Mismatch) as raised:
        test(api)
    return raised.value


def path_of(mismatch: Mismatch) -> Any:
    return mismatch.evidence.request.path  # type: ignore[union-attr]  # these all have an exchange


def test_a_boundary_that_is_wrong_is_told_as_it_is(api: Api) -> None:
    api.confirming = True
    test = properties.given(numbers, boundaries=[5000, 1])(number_is_found)

    assert path_of(failing(api, test)) == "/5000"


def test_a_drawn_value_that_is_wrong_is_made_smaller_when_it_is_confirmed(api: Api) -> None:
    test = properties.given(numbers)(number_is_found)
    failing(api, test)

    api.confirming = True

    assert path_of(failing(api, test)) == "/701"


def test_a_property_is_told_by_its_flows_name() -> None:
    test = properties.given(numbers)(number_is_found)

    assert (test.__name__, test.__module__) == ("number_is_found", __name__)
