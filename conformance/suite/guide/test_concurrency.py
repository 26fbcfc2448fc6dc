"""Guide section 14: ``def`` and ``async def`` answer alike."""

from conformance.checks import expect_exactly, expect_status
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement

# One answer in so many may be wrong, and is still to be seen.
_TIMES = 10


@requirement("sync-mode")
@given(boundaries=["/sync"] * _TIMES)
def test_the_sync_route_says_so(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 200)
    expect_exactly(exchange, {"mode": "sync"})


@requirement("async-mode")
@given(boundaries=["/async"] * _TIMES)
def test_the_async_route_says_so(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 200)
    expect_exactly(exchange, {"mode": "async"})
