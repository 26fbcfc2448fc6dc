"""Guide section 2: the first API answers a message."""

from conformance.checks import expect, expect_object, expect_status
from conformance.properties import Api, requirement


@requirement("root-message")
def test_the_root_answers_a_message(api: Api) -> None:
    exchange = api.get("/")

    expect_status(exchange, 200)
    message = expect_object(exchange).get("message")
    expect(isinstance(message, str) and message != "", exchange, "message to be a non-empty text")
