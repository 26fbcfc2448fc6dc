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
        while (await receive()).get("more_body"):
            pass
        status, value = 404, {"error": {"message": "not found", "type": "invalid_request_error"}}
        if scope["path"].endswith("/chat/completions"):
            self.asked += 1
            if self.mode == "silent":
                await _given_up(receive)
            status, value = (200, self._completion()) if self.mode == "answers" else (500, value)
        body = json.dumps(value).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _completion(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": self.says}
        return {
            "id": "chatcmpl-stub",
            "object": "chat.completion",
            "created": 0,
            "model": "stub",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


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
