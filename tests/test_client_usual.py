"""What the client does unless it is told otherwise: sizes, connections, and the times that it notes."""

import asyncio
import itertools

import pytest

from conformance.client import MIB, Limits
from conformance.exchange import Answer, build
from tests.servers import answer, once, replying, serving
from tests.test_client import Connect, connect

__all__ = ["connect"]


def answered(connect: Connect, size: int) -> Answer:
    with serving(replying(lambda _: answer(body=b"x" * size))) as url:
        found = connect(url, Limits()).send(build("GET", "/")).answer
    assert found is not None
    return found


def test_an_answer_of_two_mebibytes_is_read_whole(connect: Connect) -> None:
    found = answered(connect, 2_097_152)

    assert (len(found.body), found.truncated) == (2_097_152, False)


def test_of_an_answer_of_more_than_two_mebibytes_the_beginning_is_kept(connect: Connect) -> None:
    found = answered(connect, 2 * MIB + 1)

    assert (len(found.body), found.truncated) == (MIB // 2, True)


@pytest.mark.parametrize("size", [1, 200_000])
def test_a_body_without_a_declared_size_arrives_in_chunks_and_whole(size: int, connect: Connect) -> None:
    body = bytes(itertools.islice(itertools.cycle(b"0123456789"), size))
    received: list[bytes] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while length := int(await reader.readuntil(b"\r\n"), 16):
            received.append((await reader.readexactly(length + 2))[:-2])
        writer.write(answer())

    with serving(keep) as url:
        request = build("POST", "/upload", body=body, headers={"Transfer-Encoding": "chunked"})
        status = connect(url).send(request).status

    assert status == 200
    assert b"".join(received) == body


@pytest.mark.parametrize(("limits", "expected"), [({}, 1), ({"fresh": True}, 3)])
def test_a_connection_is_kept_unless_a_fresh_one_is_asked_for(
    limits: dict[str, float], expected: int, connect: Connect
) -> None:
    connections: list[asyncio.StreamReader] = []
    talk = replying(lambda _: answer())

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(reader)
        await talk(reader, writer)

    with serving(counted) as url:
        client = connect(url)
        for _ in range(3):
            client.send(build("GET", "/"), **limits)

    assert len(connections) == expected


def test_times_are_seconds_since_the_request_was_sent(connect: Connect) -> None:
    pieces = once(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"o", b"k", pause=0.05)
    with serving(pieces) as url:
        exchange = connect(url, Limits()).send(build("GET", "/"))

    assert exchange.answer is not None
    first, *_, last = exchange.answer.arrivals
    assert 0 < first < last <= exchange.seconds
