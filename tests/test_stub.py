"""The provider that the kit stands in for speaks its protocol, whole and in a stream."""

import json

import httpx2 as httpx
import pytest

from conformance.stub import provider

MESSAGES = [{"role": "user", "content": "hello"}]


def test_a_completion_is_answered_whole() -> None:
    with provider() as stub:
        stub.says = "good morning"
        answer = httpx.post(f"{stub.base_url}/chat/completions", json={"model": "m", "messages": MESSAGES})

    assert answer.json()["choices"][0]["message"]["content"] == "good morning"
    assert stub.asked == 1


def test_a_completion_that_is_to_be_streamed_comes_in_chunks() -> None:
    with provider() as stub:
        stub.says = "good\n\nmorning é"
        asked = {"model": "m", "messages": MESSAGES, "stream": True}
        answer = httpx.post(f"{stub.base_url}/chat/completions", json=asked)

    assert answer.headers["content-type"] == "text/event-stream"
    *events, last = answer.text.removesuffix("\n\n").split("\n\n")
    assert last == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "good\n\nmorning é"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
def test_what_is_no_object_is_answered_whole(body: bytes) -> None:
    with provider() as stub:
        answer = httpx.post(f"{stub.base_url}/chat/completions", content=body)

    assert answer.json()["object"] == "chat.completion"


def test_a_failing_provider_fails_in_a_stream_too() -> None:
    with provider() as stub:
        stub.mode = "fails"
        answer = httpx.post(f"{stub.base_url}/chat/completions", json={"stream": True})

    assert answer.status_code == 500
