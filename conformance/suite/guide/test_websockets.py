"""Guide section 18: a WebSocket says hello and closes."""

from conformance.checks import expect
from conformance.properties import Api, requirement
from conformance.websocket import converse


@requirement("ws-hello")
def test_the_first_message_is_hello(api: Api) -> None:
    for _ in range(2):
        talk = converse(api.client, "/ws", expect=1)

        expect(talk.received[:1] == ["hello"], talk, "the text message 'hello' first")


@requirement("ws-close")
def test_the_server_then_closes_normally(api: Api) -> None:
    talk = converse(api.client, "/ws")

    expect(talk.close_code == 1000, talk, "the server to close with code 1000")
    expect(len(talk.received) == 1, talk, "nothing between the first message and the close")


@requirement("ws-plain-http")
def test_a_plain_request_is_refused(api: Api) -> None:
    exchange = api.get("/ws")

    expect(exchange.status is not None and 400 <= exchange.status < 500, exchange, "a 4xx status")
