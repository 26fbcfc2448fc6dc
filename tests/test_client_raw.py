"""A raw answer: every byte that a target sends on a connection of its own."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from conformance.client import MIB, Client, Connection, raw_answer
from conformance.exchange import build
from tests.harness import run_command
from tests.servers import Received, Server, answer, free_port, once, recording, replying, say, serving, silent
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


def test_a_raw_answer_comes_over_tls_too(connect: Connect, tmp_path: Path) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = Server(once(b"HTTP/1.1 204 No Content\r\n\r\n"), tls)
    try:
        url = server.url.replace("http:", "https:")
        exchange = raw_answer(connect(url, ca_file=str(tmp_path / "ca.pem")), build("GET", "/"))
    finally:
        server.close()

    assert exchange.status == 204, exchange.failure


def test_a_raw_answer_is_counted_as_one_request(connect: Connect) -> None:
    with serving(once(b"HTTP/1.1 204 No Content\r\n\r\n")) as url:
        client = connect(url)
        raw_answer(client, build("GET", "/"))

    assert client.requests == 1


def test_a_status_without_a_reason_is_one(connect: Connect) -> None:
    with serving(once(b"HTTP/1.1 204\r\n\r\n")) as url:
        assert raw_answer(connect(url), build("GET", "/")).status == 204


def test_where_nobody_listens_there_is_no_raw_answer(connect: Connect) -> None:
    exchange = raw_answer(connect(f"http://127.0.0.1:{free_port()}"), build("GET", "/"))

    assert (exchange.answer, exchange.failure is None) == (None, False)


@pytest.mark.parametrize("talk", [once(), once(b"nonsense\r\n\r\n"), once(b"HTTP/1.1 abc\r\n\r\n")], ids="abc")
def test_a_raw_answer_that_is_no_http_is_none(talk: Any, connect: Connect) -> None:
    with serving(talk) as url:
        assert raw_answer(connect(url), build("GET", "/")).failure == "no valid answer"


def test_a_raw_answer_that_never_comes_is_none_in_time(connect: Connect) -> None:
    with serving(silent) as url:
        exchange = raw_answer(connect(url), build("GET", "/"), seconds=0.2)

    assert (exchange.answer, exchange.failure) == (None, "no whole answer in time")


def test_a_raw_request_is_written_whole(connect: Connect) -> None:
    received: list[Received] = []

    def keep(request: Received) -> bytes:
        received.append(request)
        return answer()

    with serving(replying(keep)) as url:
        raw_answer(connect(f"{url}/api", headers={"X-Tenant": "blue"}), build("POST", "/items", json={"a": 1}), 5.0)

    assert (received[0].method, received[0].path, received[0].body) == ("POST", "/api/items", b'{"a": 1}')
    assert received[0].header("x-tenant") == "blue"


async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuse a large body by the size that the head declares, and hang up on it."""
    await reader.readuntil(b"\r\n\r\n")
    await say(writer, answer(413))


def test_an_answer_in_place_of_the_body_is_not_lost(connect: Connect) -> None:
    with serving(refusing) as url:
        exchange = raw_answer(connect(url), build("POST", "/upload", body=b"x" * 20 * MIB), hesitation=30.0)

    assert exchange.status == 413


def test_a_body_that_is_waited_for_is_sent_after_the_hesitation(connect: Connect) -> None:
    with recording() as target:
        exchange = raw_answer(connect(target.url), build("POST", "/upload", body=b"x" * MIB), hesitation=0.05)

    assert exchange.status == 200
    assert len(target.received[0].body) == MIB


def test_a_refusal_that_does_not_wait_for_the_body_is_one(tmp_path: Path) -> None:
    with serving(refusing) as url:
        asked = ["--target-url", url, "--profile", "full", "--requirement", "upload-too-large"]
        run = run_command(tmp_path, *asked)

    assert run.of_status("passed") == ["upload-too-large"], run.output
