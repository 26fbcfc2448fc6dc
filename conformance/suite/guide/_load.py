"""Time, measured as ratios to a baseline of the same run, and tried again before it counts."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from conformance.checks import Mismatch, expect, expect_status
from conformance.exchange import Exchange, Request, build
from conformance.properties import Api

_TRIES = 4
_SAMPLES = 15
# Below this many seconds a slower answer is the machine's noise and nobody's fault.
_FLOOR = 0.25
_TIMES = 10
# After so many seconds what was sent at once has arrived everywhere.
_ARRIVED = 0.25
# A load begins with a few of its requests: they cost a target that cannot bear it little time.
_FEW = 4
_FIRST = 2
# How long such a load may keep a single answer.
_WHOLE = 6.0


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


def expect_side_by_side(api: Api, path: str, seconds: float, times: int) -> None:
    """Expect that so many slow answers at once take less than three times as long as one."""
    one = longest(_at_once(api, slow(path, seconds, 1)))
    for many in (_FEW, times):
        exchanges = _at_once(api, slow(path, seconds, many))
        all_together = longest(exchanges)
        slowest = max(exchanges, key=lambda exchange: exchange.seconds)
        note = f"the last of {many} took {all_together:.2f} s, and one alone {one:.2f} s"
        expect(all_together < 3 * one, slowest, f"{many} at once in less than 3 times the time of one", note)


def health_median(api: Api, until: float | None = None, samples: int = _SAMPLES) -> tuple[float, Exchange]:
    """Give the median seconds of ``/health``, asked again and again, and one of its exchanges.

    Once a load is over no more is asked: what comes after it says nothing about it.
    """
    ask = build("GET", "/health")
    exchanges = _at_once(api, [ask])
    while len(exchanges) < samples and (until is None or time.monotonic() < until):
        exchanges += _at_once(api, [ask])
    for exchange in exchanges:
        expect_status(exchange, 200)
    return statistics.median(exchange.seconds for exchange in exchanges), exchanges[-1]


def expect_health_quick(api: Api, idle: float, what: str, until: float | None = None, samples: int = _SAMPLES) -> None:
    """Expect that ``/health`` answers about as quickly as it did idle."""
    allowed = max(_TIMES * idle, _FLOOR)
    median, exchange = health_median(api, until, samples)
    if median > allowed:
        note = f"the median took {median * 1000:.0f} ms, and {idle * 1000:.1f} ms idle"
        raise Mismatch(exchange, f"/health within {allowed * 1000:.0f} ms while {what}", note)


def expect_health_quick_during(api: Api, requests: list[Request], seconds: float, what: str) -> None:
    """Expect that ``/health`` stays quick while slow requests are under way, first a few and then all of them.

    ``seconds`` is how long each of them takes.
    """
    idle, _ = health_median(api)
    step = len(requests) // _FIRST
    first = requests[::step]
    rest = [request for position, request in enumerate(requests) if position % step]
    with ThreadPoolExecutor(2) as pool:
        until = time.monotonic() + seconds - _ARRIVED
        loads = []
        for sent, samples in ((first, 1), (rest, _SAMPLES)):
            loads.append(pool.submit(_at_once, api, sent))
            time.sleep(_ARRIVED)
            expect_health_quick(api, idle, what, until, samples)
        longest([exchange for load in loads for exchange in load.result()])


def slow(path: str, seconds: float, times: int) -> list[Request]:
    """Ask for slow answers."""
    return [build("GET", path, query={"delay": seconds}) for _ in range(times)]


def _at_once(api: Api, requests: list[Request]) -> list[Exchange]:
    # What a load costs says nothing about how patient the rest of the run may be.
    return api.send_all(requests, concurrency=len(requests), whole=_WHOLE, forgiven=True)
