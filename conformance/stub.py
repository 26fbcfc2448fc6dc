"""A stand-in for an OpenAI-compatible provider, which answers, fails or keeps silent as it is told."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from conformance.target.application import serve

Mode = Literal["answers", "fails", "silent"]
# Longer than any target that keeps to its time limit waits.
_SILENCE = 20.0
_HEAD = {"id": "chatcmpl-stub", "created": 0, "model": "stub"}
_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


@dataclass
class Stub:
    """The provider: what it does now, what it says, and how many completions it was asked for."""

    mode: Mode = "answers"
    says: str = ""
    asked: int = 0
    base_url: str = ""

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve ``POST /chat/completions`` and a 404 elsewhere (ASGI)."""
        if scope["type"] != "http":
            return
        asked = await _body(receive)
        status, value = 404, {"error": {"message": "not found", "type": "invalid_request_error"}}
        kind, body = b"application/json", b""
        if scope["path"].endswith("/chat/completions"):
            self.asked += 1
            if self.mode == "silent":
                await _given_up(receive)
            status, value = (200, self._completion()) if self.mode == "answers" else (500, value)
            if status == 200 and asked.get("stream") is True:
                kind, body = b"text/event-stream", b"".join(map(_event, self._chunks())) + b"data: [DONE]\n\n"
        body = body or json.dumps(value).encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _completion(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": self.says}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE}

    def _chunks(self) -> Iterator[dict[str, Any]]:
        """Give the completion as a provider streams it, in two pieces."""
        half = len(self.says) // 2
        deltas = [
            {"role": "assistant", "content": ""},
            {"content": self.says[:half]},
            {"content": self.says[half:]},
            {},
        ]
        for delta in deltas:
            choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
            yield {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


async def _body(receive: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Give the object that was sent, empty where it is none."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}


async def _given_up(receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """Wait until whoever asked has gone: a server ends only once its answers have."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SILENCE):
            await receive()


@contextlib.contextmanager
def provider() -> Iterator[Stub]:
    """Run a provider on loopback."""
    stub = Stub()
    with serve(stub) as address:
        stub.base_url = f"{address}/v1"
        yield stub
