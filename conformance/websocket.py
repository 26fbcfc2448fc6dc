"""One WebSocket conversation, bounded in time, in messages and in their size (RFC 6455)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx2 as httpx
from httpx2.websockets import HTTPXWSException, WebSocketDisconnect, WebSocketUpgradeError
from wsproto.events import BytesMessage, TextMessage

from conformance.client import MIB, Client

Message = str | bytes
E = TypeVar("E", bound=BaseException)


@dataclass
class Conversation:
    """What was said: messages received, the code of the server's close, or why there was none."""

    url: str
    sent: tuple[str, ...]
    received: list[Message]
    close_code: int | None = None
    failure: str | None = None

    def reproduce(self) -> str:
        """Give a shell command that opens the same conversation."""
        return f"python -m websockets {self.url}"


def converse(
    client: Client, path: str, send: Sequence[str] = (), expect: int = 100, seconds: float = 10.0
) -> Conversation:
    """Send texts one after another, reading until ``expect`` messages came or the server closed.

    A server that does not upgrade, breaks the protocol or takes longer than ``seconds`` shows in
    the conversation's ``failure``.
    """
    url = "ws" + client.base_url.removeprefix("http") + path
    talk = Conversation(url, tuple(send), [])

    async def run(http: httpx.AsyncClient, _: str) -> None:
        async with http.websocket(url, max_message_size_bytes=MIB, keepalive_ping_interval_seconds=None) as session:
            for text in send:
                await session.send_text(text)
            while len(talk.received) < expect:
                event = await session.receive()
                if isinstance(event, (TextMessage, BytesMessage)):
                    talk.received.append(event.data if isinstance(event.data, str) else bytes(event.data))

    try:
        client.run(run, seconds)
    except* WebSocketDisconnect as closed:
        talk.close_code = _first(closed).code
    except* WebSocketUpgradeError as refused:
        talk.failure = f"no upgrade, but {_first(refused).response.status_code}"
    except* TimeoutError:
        talk.failure = f"not over within {seconds:.0f} s"
    except* (HTTPXWSException, httpx.HTTPError) as broken:
        error = _first(broken)
        talk.failure = str(error) or type(error).__name__
    return talk


def _first(group: BaseExceptionGroup[E]) -> E:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error  # type: ignore[return-value]  # every leaf of the group is an E
