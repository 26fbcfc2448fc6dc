"""Requirements as properties: Hypothesis draws the values, and every value's requests go out at once."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import given as hypothesis_given
from hypothesis.strategies import SearchStrategy

from conformance import catalogue
from conformance.checks import Mismatch
from conformance.client import Client
from conformance.exchange import Exchange, Request
from conformance.ledger import Ledger
from conformance.openapi import Contract
from conformance.settings import EXAMPLES, Credentials

T = TypeVar("T")
# A flow sends by yielding a request (or several, at once) and is given the exchange (or a list).
Flow = Generator[Request | list[Request], Any, None]

_SHRINK_SECONDS = 4.0
_SHRINK_CALLS = 80
_SILENT = settings(
    database=None,
    deadline=None,
    verbosity=Verbosity.quiet,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


def requirement(name: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Say which requirement a test verifies.

    Raises UnknownName at import when the catalogue has no such requirement.
    """
    catalogue.requirement(name)
    return pytest.mark.requirement(name)


# Tests that mostly wait are begun when the run begins; those that measure time run alone, but for those that
# are idle while they wait; and those that judge what the others have seen come last.
ahead = pytest.mark.ahead
timed = pytest.mark.timed
idle = pytest.mark.idle
last = pytest.mark.last
# Of the api profile: workers share the operations that such a test is about.
shared = pytest.mark.shared


@dataclass
class Draws:
    """Draws values for one requirement, the same ones whenever the run's seed is the same."""

    seed: int
    effort: str
    name: str

    def number(self, label: str = "") -> int:
        """Give a number that the run's seed, the requirement and a label decide."""
        text = f"{self.seed}:{self.name}:{label}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])

    def token(self, label: str = "") -> str:
        """Give a text of twelve letters and digits that no other run uses."""
        return f"{self.number(label) & 0xFFFFFFFFFFFF:012x}"

    def examples(self, strategy: SearchStrategy[T], count: int | None = None) -> list[T]:
        """Draw values, as many as the effort asks for unless ``count`` says how many."""
        drawn: list[T] = []

        @seed(self.number())
        @settings(_SILENT, max_examples=count or EXAMPLES[self.effort], phases=[Phase.generate])
        @hypothesis_given(strategy)
        def collect(value: T) -> None:
            drawn.append(value)

        collect()
        return drawn

    def smallest(self, strategy: SearchStrategy[T], broken: Callable[[T], bool]) -> T | None:
        """Look for a smaller value that is broken too, within a few seconds; None when there is none."""
        found: list[T] = []
        deadline = time.monotonic() + _SHRINK_SECONDS
        calls = 0

        @seed(self.number())
        @settings(_SILENT, max_examples=EXAMPLES[self.effort], phases=[Phase.generate, Phase.shrink])
        @hypothesis_given(strategy)
        def search(value: T) -> None:
            nonlocal calls
            calls += 1
            if calls > _SHRINK_CALLS or time.monotonic() > deadline:
                return
            if broken(value):
                found.append(value)
                raise _Broken

        try:
            search()
        except BaseException as error:
            if not _is_broken(error):
                raise
        return found[-1] if found else None


class _Broken(Exception):
    """Tells Hypothesis that a value is worth shrinking."""


def _is_broken(error: BaseException) -> bool:
    # What no longer fails once the time is up looks flaky to Hypothesis.
    return isinstance(error, (_Broken, BaseExceptionGroup)) or type(error).__name__.startswith("Flaky")


def drive(client: Client, flows: Sequence[Flow]) -> dict[int, Mismatch]:
    """Run flows side by side, a round trip at a time, until one does not hold.

    Gives the mismatches of that round by the flow's position.
    """
    broken: dict[int, Mismatch] = {}
    waiting: dict[int, Request | list[Request]] = {}

    def advance(index: int, reply: Exchange | list[Exchange] | None) -> None:
        try:
            waiting[index] = flows[index].send(reply)
        except StopIteration:
            pass
        except Mismatch as mismatch:
            # Its frames lead back to it and to every flow's answers, which would stay for long.
            broken[index] = mismatch.with_traceback(None)

    try:
        for index in range(len(flows)):
            advance(index, None)
        while waiting and not broken:
            asked, waiting = waiting, {}
            exchanges = iter(client.send_all([r for each in asked.values() for r in _listed(each)]))
            for index, each in asked.items():
                replies = [next(exchanges) for _ in _listed(each)]
                advance(index, replies if isinstance(each, list) else replies[0])
    finally:
        for flow in flows:
            flow.close()
    return broken


def _listed(requests: Request | list[Request]) -> list[Request]:
    return requests if isinstance(requests, list) else [requests]


def _nobody(_: str) -> None:
    """Tell nobody."""


@dataclass
class Api:
    """What a suite test works with: the client, the values, and what the run knows.

    ``seen`` gives one exchange of each kind that the run has seen so far. ``confirming`` is true when a
    failure is tried for the second time. ``often`` is how many flows there are at least, so that what
    is wrong now and then shows. For the api profile: ``contract`` is the given document,
    ``operations`` takes what became of each, ``part`` says which of how many parts of the operations
    is this worker's, counted from 1, and ``tell`` says how far an exploration is.
    """

    client: Client
    draws: Draws
    credentials: Credentials = Credentials()
    profile: str = "core"
    seen: Callable[[], list[Exchange]] = list
    confirming: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    contract: Contract | None = None
    operations: list[dict[str, str]] = field(default_factory=list)
    part: tuple[int, int] = (1, 1)
    tell: Callable[[str], None] = _nobody
    often: int = 1

    def send(self, request: Request, **limits: float) -> Exchange:
        """Send one request."""
        return self.client.send(request, **limits)

    def send_all(self, requests: Sequence[Request], **limits: float) -> list[Exchange]:
        """Send many requests at once."""
        return self.client.send_all(requests, **limits)

    def get(self, path: str, **parts: Any) -> Exchange:
        """Send a GET."""
        return self.client.get(path, **parts)

    def post(self, path: str, **parts: Any) -> Exchange:
        """Send a POST."""
        return self.client.post(path, **parts)

    def hold(
        self,
        flow: Callable[..., Flow],
        strategy: SearchStrategy[T] | None,
        boundaries: Iterable[T] = (),
        count: int | None = None,
    ) -> None:
        """Check a flow for the boundaries and for drawn values.

        Raises the Mismatch of the smallest value for which it does not hold.
        """
        values = list(boundaries)
        certain = len(values)
        if strategy is not None:
            values += self.draws.examples(strategy, count)
        again = islice(cycle(values), max(0, self.often - len(values)))
        broken = drive(self.client, [flow(self, value) for value in (*values, *again)])
        if not broken:
            return
        first = min(broken)
        if certain <= first < len(values) and self.confirming and strategy is not None:
            raise self._smaller(flow, strategy) or broken.pop(first)
        raise broken.pop(first)

    def _smaller(self, flow: Callable[..., Flow], strategy: SearchStrategy[T]) -> Mismatch | None:
        seen: list[Mismatch] = []

        def broken(value: T) -> bool:
            mismatch = drive(self.client, [flow(self, value)]).get(0)
            if mismatch:
                seen.append(mismatch)
            return mismatch is not None

        self.draws.smallest(strategy, broken)
        return seen[-1] if seen else None


def given(
    strategy: SearchStrategy[Any] | None = None, *, boundaries: Iterable[Any] = (), count: int | None = None
) -> Callable[[Callable[[Api, Any], Flow]], Callable[[Api], None]]:
    """Make a test of a flow: it must hold for every boundary and every drawn value.

    The flow is a generator: it sends a request by yielding it and is given the exchange.
    """
    fixed = list(boundaries)

    def decorate(flow: Callable[[Api, Any], Flow]) -> Callable[[Api], None]:
        def test(api: Api) -> None:
            api.hold(flow, strategy, fixed, count)

        test.__name__ = flow.__name__
        test.__qualname__ = flow.__qualname__
        test.__doc__ = flow.__doc__
        test.__module__ = flow.__module__
        return test

    return decorate
