"""Time, measured as ratios to a baseline of the same run, and tried again before it counts."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.checks import Mismatch, expect_status
from conformance.exchange import Exchange, Request, build
from conformance.properties import Api

_TRIES = 4
_SAMPLES = 15
# Below this many seconds a slower answer is the machine's noise and nobody's fault.
_FLOOR = 0.25
_TIMES = 10
# After so many seconds what was sent at once has arrived everywhere.
_ARRIVED = 0.3


def persistent(check: Callable[[], None]) -> None:
    """Make a measurement until it holds once: noise passes, and a fault stays.

    Raises the Mismatch of the last try.
    """
    for left in reversed(range(_TRIES)):
        try:
            check()
        except Mismatch:
            if not left:
                raise
        else:
            return


def longest(exchanges: list[Exchange]) -> float:
    """Give the seconds of the slowest, each of which must be a 200."""
    for exchange in exchanges:
        expect_status(exchange, 200)
    return max(exchange.seconds for exchange in exchanges)


@dataclass(frozen=True)
class Load:
    """Requests that are under way until a time of the monotonic clock, and their exchanges in the end."""

    until: float
    exchanges: Future[list[Exchange]]


def health_median(api: Api, until: float | None = None) -> tuple[float, Exchange]:
    """Give the median seconds of ``/health``, asked again and again, and one of its exchanges.

    Once a load is over no more is asked: what comes after it says nothing about it.
    """
    exchanges = [api.get("/health")]
    while len(exchanges) < _SAMPLES and (until is None or time.monotonic() < until):
        exchanges.append(api.get("/health"))
    for exchange in exchanges:
        expect_status(exchange, 200)
    return statistics.median(exchange.seconds for exchange in exchanges), exchanges[-1]


def quick_enough(idle: float) -> float:
    """Give the seconds that ``/health`` may take under load."""
    return max(_TIMES * idle, _FLOOR)


def expect_health_quick(api: Api, idle: float, what: str, until: float | None = None) -> None:
    """Expect that ``/health`` answers about as quickly as it did idle."""
    median, exchange = health_median(api, until)
    if median > quick_enough(idle):
        note = f"the median took {median * 1000:.0f} ms, and {idle * 1000:.1f} ms idle"
        raise Mismatch(exchange, f"/health within {quick_enough(idle) * 1000:.0f} ms while {what}", note)


@contextmanager
def under_way(api: Api, requests: list[Request], seconds: float) -> Iterator[Load]:
    """Have requests under way that take so many seconds each."""
    with ThreadPoolExecutor(1) as pool:
        begun = time.monotonic()
        future = pool.submit(api.send_all, requests, concurrency=len(requests))
        time.sleep(_ARRIVED)
        yield Load(begun + seconds - _ARRIVED, future)


def slow(path: str, seconds: float, times: int) -> list[Request]:
    """Ask for slow answers."""
    return [build("GET", path, query={"delay": seconds}) for _ in range(times)]
