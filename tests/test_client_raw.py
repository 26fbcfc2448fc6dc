"""A raw answer: every byte that a target sends on a connection of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.client import Client, Connection, raw_answer
from conformance.exchange import build
from tests.servers import Received, answer, once, replying, serving
from tests.test_client import Connect


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give clients that are closed at the end."""
    clients: list[Client] = []

    def make(url: str, **more: Any) -> Client:
        clients.append(Client(Connection(url, **more)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_raw_answer_has_every_byte_after_the_head(connect: Connect) -> None:
    with serving(once(b"HTTP/1.1 204 No Content\r\n\r\nsurplus")) as url:
        found = raw_answer(connect(url), build("DELETE", "/items/1")).answer

    assert found is not None
    assert (found.status, found.body) == (204, b"surplus")


@pytest.mark.parametrize("talk", [once(), once(b"nonsense\r\n\r\n"), once(b"HTTP/1.1 abc\r\n\r\n")], ids="abc")
def test_a_raw_answer_that_is_no_http_is_none(talk: Any, connect: Connect) -> None:
    with serving(talk) as url:
        assert raw_answer(connect(url), build("GET", "/")).failure == "no valid answer"


def test_a_raw_request_is_written_whole(connect: Connect) -> None:
    received: list[Received] = []

    def keep(request: Received) -> bytes:
        received.append(request)
        return answer()

    with serving(replying(keep)) as url:
        raw_answer(connect(f"{url}/api", headers={"X-Tenant": "blue"}), build("POST", "/items", json={"a": 1}), 5.0)

    assert (received[0].method, received[0].path, received[0].body) == ("POST", "/api/items", b'{"a": 1}')
    assert received[0].header("x-tenant") == "blue"
