"""Guide section 15: what is not urgent is done after the answer."""

from conformance.checks import expect_exactly, expect_status
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement


@requirement("event-accepted")
@given(boundaries=["/events"] * 3)
def test_an_event_is_accepted(api: Api, path: str) -> Flow:
    exchange = yield build("POST", path)

    expect_status(exchange, 200)
    expect_exactly(exchange, {"ok": True})
