"""Guide section 18, whole: every text comes back to who sent it."""

from conformance.checks import expect
from conformance.properties import Api, requirement
from conformance.strategies import ECHOED_WORDS, stored_text
from conformance.websocket import Conversation, converse, converse_at_once

_LARGEST = 64 * 1024
# Words that are texts like others here.
_COMMANDS = ["close", "quit", "exit", "bye", "stop", "ping", "pong", "hello", "{}"]


def _expect_echoed(talk: Conversation, sent: list[str]) -> None:
    expect(
        talk.received == list(sent), talk, f"the {len(sent)} texts that were sent, in order", _difference(talk, sent)
    )


def _difference(talk: Conversation, sent: list[str]) -> str:
    for position, text in enumerate(sent):
        if position >= len(talk.received):
            return f"text {position + 1} of {len(sent)} did not come back"
        if talk.received[position] != text:
            return f"text {position + 1}, {text[:60]!r}, came back as {talk.received[position][:60]!r}"
    return "more came back than was sent"


@requirement("ws-echo")
def test_texts_come_back_whole_and_in_order(api: Api) -> None:
    drawn = api.draws.examples(stored_text(200), count=10)
    large = ["x" * _LARGEST, "é" * (_LARGEST // 2), "🦄" * (_LARGEST // 4)]
    for sent in ([*ECHOED_WORDS, *drawn], large, [""], _COMMANDS, [str(n) for n in range(50)]):
        talk = converse(api.client, "/ws/echo", send=sent, expect=len(sent))

        _expect_echoed(talk, sent)


@requirement("ws-isolated")
def test_two_clients_get_their_own_texts(api: Api) -> None:
    conversations = [[f"{who} {n}" for n in range(30)] for who in ("first", "second")]
    talks = converse_at_once(api.client, "/ws/echo", conversations)
    for talk, sent in zip(talks, conversations, strict=True):
        _expect_echoed(talk, sent)
