"""Bodies of the usual size, as the client reads and sends them without being told of limits."""

import asyncio
import itertools

import pytest

from conformance.client import MIB, Limits
from conformance.exchange import Answer, build
from tests.servers import answer, replying, serving
from tests.test_client import Connect, connect

__all__ = ["connect"]


def answered(connect: Connect, size: int) -> Answer:
    with serving(replying(lambda _: answer(body=b"x" * size))) as url:
        found = connect(url, Limits()).send(build("GET", "/")).answer
    assert found is not None
    return found


def test_an_answer_of_two_mebibytes_is_read_whole(connect: Connect) -> None:
    found = answered(connect, 2 * MIB)

    assert (len(found.body), found.truncated) == (2 * MIB, False)


def test_an_answer_of_more_than_two_mebibytes_is_cut(connect: Connect) -> None:
    found = answered(connect, 2 * MIB + 1)

    assert (len(found.body), found.truncated) == (2 * MIB, True)


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
