"""One WebSocket conversation, bounded in time, in messages and in their size (RFC 6455)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2 as httpx
from httpx2.websockets import AsyncWebSocketSession, HTTPXWSException, WebSocketDisconnect, WebSocketUpgradeError
from wsproto.events import BytesMessage, TextMessage
from wsproto.utilities import LocalProtocolError, generate_accept_token

from conformance.client import MIB, Client

Message = str | bytes
ORIGIN = "http://localhost:3000"  # the origin of the guide's front end (section 12)
E = TypeVar("E", bound=BaseException)
Talk = Callable[[httpx.AsyncClient, str], Coroutine[Any, Any, None]]


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
    talk = _new(client, path, send)
    _run(client, [talk], lambda http, _: _converse(http, talk, expect, seconds, None), seconds)
    return talk


def converse_at_once(
    client: Client, path: str, sends: Sequence[Sequence[str]], seconds: float = 10.0
) -> list[Conversation]:
    """Have several conversations, all of which are open before the first text and until the last."""
    talks = [_new(client, path, send) for send in sends]
    meeting = asyncio.Barrier(len(talks))

    async def run(http: httpx.AsyncClient, _: str) -> None:
        await asyncio.gather(*(_converse(http, talk, len(talk.sent), seconds, meeting) for talk in talks))

    _run(client, talks, run, seconds)
    return talks


def _run(client: Client, talks: Sequence[Conversation], talk: Talk, seconds: float) -> None:
    try:
        client.run(talk, 2 * seconds)
    except TimeoutError:
        # A flood keeps a conversation from ending even when its time is up.
        for each in talks:
            each.failure = each.failure or _late(seconds)


def _late(seconds: float) -> str:
    return f"not over within {seconds:.0f} s"


def _new(client: Client, path: str, send: Sequence[str]) -> Conversation:
    return Conversation("ws" + client.base_url.removeprefix("http") + path, tuple(send), [])


async def _converse(
    http: httpx.AsyncClient, talk: Conversation, expect: int, seconds: float, meeting: asyncio.Barrier | None
) -> None:
    try:
        async with (
            asyncio.timeout(seconds),
            http.websocket(
                talk.url,
                # Some servers take a conversation only from an origin that they allow.
                headers={"Origin": ORIGIN},
                max_message_size_bytes=MIB,
                keepalive_ping_interval_seconds=None,
            ) as session,
        ):
            await _talk(session, talk, expect, meeting)
    except* WebSocketDisconnect as closed:
        talk.close_code = _first(closed).code
    except* WebSocketUpgradeError as refused:
        talk.failure = f"no upgrade, but {_first(refused).response.status_code}"
    except* TimeoutError:
        talk.failure = _late(seconds)
    except* LocalProtocolError:
        # The library answers a ping even while it closes: what the talk was ended for has been told, but for its time.
        if len(talk.received) < expect:
            talk.failure = talk.failure or _late(seconds)
    except* asyncio.BrokenBarrierError:
        talk.failure = talk.failure or "the other conversation ended early"
    except* (HTTPXWSException, httpx.HTTPError) as broken:
        error = _first(broken)
        talk.failure = str(error) or type(error).__name__
    if meeting is not None:
        await meeting.abort()


async def _talk(
    session: AsyncWebSocketSession, talk: Conversation, expect: int, meeting: asyncio.Barrier | None
) -> None:
    if not _answers_the_key(session.response):
        talk.failure = "its Sec-WebSocket-Accept does not answer the request's key"
        return
    await _meet(meeting)
    # Nothing can be sent to a server that has closed; what it said, and its code, can be read yet.
    with suppress(LocalProtocolError):
        for text in talk.sent:
            await session.send_text(text)
    while len(talk.received) < expect:
        event = await session.receive()
        if isinstance(event, (TextMessage, BytesMessage)):
            talk.received.append(event.data if isinstance(event.data, str) else bytes(event.data))
    await _meet(meeting)


def _answers_the_key(response: httpx.Response | None) -> bool:
    # A browser ends the conversation where it does not (RFC 6455, section 4.1).
    if response is None:
        return False
    key = response.request.headers["sec-websocket-key"]
    return bool(
        response.headers.get("sec-websocket-accept", "").strip() == generate_accept_token(key.encode()).decode()
    )


async def _meet(meeting: asyncio.Barrier | None) -> None:
    if meeting is not None:
        await meeting.wait()


def _first(group: BaseExceptionGroup[E]) -> E:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error  # type: ignore[return-value]  # every leaf of the group is an E
