"""What several tests need at the same time is started once for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.checks import Mismatch, fail
from conformance.launch import Shared
from conformance.settings import Settings

SETTINGS = Settings()


class Opened:
    """Counts how often something was opened and closed."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.opened = 0
        self.closed = 0

    @contextmanager
    def __call__(self, settings: Settings) -> Iterator[int]:
        self.opened += 1
        if self.problem:
            fail(None, "a start", self.problem)
        yield self.opened
        self.closed += 1


def test_who_comes_while_it_is_open_joins_and_the_last_to_leave_closes_it() -> None:
    opened = Opened()
    shared = Shared(opened)

    with shared(SETTINGS) as first:
        with shared(SETTINGS) as second:
            assert (first, second) == (1, 1)
        assert opened.closed == 0

    assert (opened.opened, opened.closed) == (1, 1)


def test_who_comes_later_opens_it_anew() -> None:
    shared = Shared(Opened())

    with shared(SETTINGS) as first:
        pass
    with shared(SETTINGS) as second:
        pass

    assert (first, second) == (1, 2)


def test_who_is_to_be_alone_gets_one_of_their_own() -> None:
    shared = Shared(Opened())

    with shared(SETTINGS) as first, shared(SETTINGS, alone=True) as own, shared(SETTINGS) as joined:
        assert (first, own, joined) == (1, 2, 1)


def test_another_run_has_another_one() -> None:
    shared = Shared(Opened())

    with shared(SETTINGS) as first, shared(Settings()) as other:
        assert (first, other) == (1, 2)


def test_what_did_not_start_is_not_kept() -> None:
    opened = Opened("it ended with status 1")
    shared = Shared(opened)

    for _ in range(2):
        with pytest.raises(Mismatch, match="status 1"), shared(SETTINGS):
            pytest.fail("nothing was opened")

    assert opened.opened == 2
