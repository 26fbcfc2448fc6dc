"""Guide section 20: an error of the application's own has an answer of its own."""

from conformance.checks import expect_status, expect_value
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import ECHOED_WORDS, echoed_text


@requirement("custom-error")
@given(echoed_text(), boundaries=ECHOED_WORDS)
def test_a_custom_error_carries_its_message(api: Api, message: str) -> Flow:
    exchange = yield build("GET", "/my-error", query={"message": message})

    expect_status(exchange, 400)
    expect_value(exchange, "error", message)
