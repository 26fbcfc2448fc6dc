"""A WebSocket conversation ends, and says what was said, whatever the server does."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest

from conformance.client import MIB, Client, Connection
from conformance.websocket import Conversation, converse, converse_at_once
from tests.servers import Talk, answer, read_request, replying, say_without_end, serving


def frame(opcode: int, payload: bytes = b"", final: bool = True) -> bytes:
    """Write a server's frame (RFC 6455, section 5.2)."""
    head = bytes([opcode | (0x80 if final else 0)])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    return head + bytes([127]) + len(payload).to_bytes(8) + payload


def close(code: int) -> bytes:
    return frame(8, code.to_bytes(2))


HELLO = frame(1, b"hello")


def upgrading(*frames: bytes, stay: bool = False) -> Talk:
    """Accept the upgrade, send frames and hang up, or stay and say no more."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader, writer)
        key = (request and request.header("sec-websocket-key")) or ""
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(accept) + b"\r\n\r\n" + b"".join(frames)
        )
        await writer.drain()
        if stay:
            await reader.read()

    return talk


def talk_to(talk: Talk, **more: Any) -> Conversation:
    with serving(talk) as url:
        client = Client(Connection(url))
        try:
            return converse(client, "/ws", **{"seconds": 10.0, **more})
        finally:
            client.close()


@pytest.fixture
def hello() -> Conversation:
    return talk_to(upgrading(HELLO, close(1000)))


def test_what_the_server_said_and_how_it_closed_are_told(hello: Conversation) -> None:
    assert (hello.received, hello.close_code, hello.failure) == (["hello"], 1000, None)


def test_a_conversation_can_be_had_again_by_hand(hello: Conversation) -> None:
    assert hello.reproduce() == f"python -m websockets {hello.url}"
    assert hello.url.startswith("ws://127.0.0.1:")


def test_a_binary_message_is_told_from_a_text() -> None:
    assert talk_to(upgrading(frame(2, b"hello"), close(1000))).received == [b"hello"]


def test_a_message_in_pieces_is_one() -> None:
    assert talk_to(upgrading(frame(1, b"hel", final=False), frame(0, b"lo"), close(1000))).received == ["hello"]


@pytest.mark.parametrize("code", [1001, 1011, 4000])
def test_another_close_code_is_told(code: int) -> None:
    assert talk_to(upgrading(close(code))).close_code == code


def test_no_upgrade_is_told_with_its_status() -> None:
    assert talk_to(replying(lambda _: answer(404))).failure == "no upgrade, but 404"


def test_a_server_that_stays_silent_is_waited_for_so_long() -> None:
    found = talk_to(upgrading(HELLO, stay=True), seconds=0.5)

    assert (found.received, found.close_code) == (["hello"], None)
    assert (found.failure or "").startswith("not over within")


def test_no_more_than_the_expected_messages_are_read() -> None:
    found = talk_to(upgrading(*[HELLO] * 50, stay=True), expect=3)

    assert (len(found.received), found.failure) == (3, None)


@pytest.mark.parametrize(
    "frames",
    [[], [HELLO], [b"\xff\xff\xff\xff"], [frame(1, b"\xff\xfe")], [frame(8, b"\x00")], [frame(1, b"x" * 2_000_000)]],
    ids=["nothing", "no close", "garbage", "no Unicode", "half a code", "2 MB"],
)
def test_a_server_that_breaks_the_protocol_gets_no_close_code_of_its_own(frames: list[bytes]) -> None:
    found = talk_to(upgrading(*frames))

    assert found.close_code != 1000
    assert found.failure or found.close_code is not None


def test_a_server_that_closes_while_it_is_sent_to_is_told_by_its_code() -> None:
    # The first text takes so long that the close is known before the second.
    found = talk_to(upgrading(close(1000), stay=True), send=["x" * 16 * MIB, "more"], expect=2)

    assert (found.received, found.close_code, found.failure) == ([], 1000, None)


def test_pings_that_come_while_a_conversation_ends_are_no_fault_of_the_kit() -> None:
    with serving(pinging) as url:
        client = Client(Connection(url))
        try:
            # In one of so many at least, a ping comes between the end and its acknowledgement.
            found = converse_at_once(client, "/ws", [["hello"]] * 10, seconds=0.5)
        finally:
            client.close()

    assert all((each.failure or "").startswith("not over within") for each in found)


async def pinging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept the upgrade, and send pings until the client has gone."""
    await upgrading()(reader, writer)
    await say_without_end(writer, b"", frame(9, b"ping") * 1_000)
