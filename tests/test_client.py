"""The client: within its limits whatever a target does, and nothing sent that was not asked for."""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.client import Client, Connection, Limits, TargetGone, TargetUnresponsive
from conformance.exchange import Exchange, build
from tests.servers import (
    Server,
    answer,
    once,
    read_request,
    recording,
    replying,
    serving,
    silent,
    without_end,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
QUICK = Limits(connect=0.5, idle=0.5, whole=0.5, body=10_000, patience=100.0)
Connect = Callable[..., Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give clients that are closed at the end."""
    clients: list[Client] = []

    def make(url: str, limits: Limits = QUICK, **more: Any) -> Client:
        clients.append(Client(Connection(url, limits=limits, **more)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def ask(connect: Connect, talk: Any, **limits: float) -> Exchange:
    with serving(talk) as url:
        return connect(url).send(build("GET", "/"), **limits)


def test_silence_ends_in_time(connect: Connect) -> None:
    exchange = ask(connect, silent)

    assert (exchange.answer, exchange.failure) == (None, "no whole answer in time")
    assert exchange.timed_out


def test_a_body_that_trickles_ends_in_time(connect: Connect) -> None:
    assert ask(connect, without_end(HEAD + b"\r\n", b" ", pause=0.05)).timed_out


def test_a_request_may_be_given_more_time(connect: Connect) -> None:
    slow = once(HEAD + b"Content-Length: 2\r\n\r\n", b"o", b"k", pause=0.3)

    assert ask(connect, slow).timed_out
    assert ask(connect, slow, whole=10).status == 200


def test_a_body_without_end_is_cut(connect: Connect) -> None:
    found = ask(connect, without_end(HEAD + b"\r\n", b"x" * 4096)).answer

    assert found is not None
    assert (len(found.body), found.truncated) == (10_000, True)


@pytest.mark.parametrize("size", [0, 2, 10_000])
def test_a_body_of_just_the_size_or_less_is_whole(size: int, connect: Connect) -> None:
    found = ask(connect, replying(lambda _: answer(body=b"x" * size))).answer

    assert found is not None
    assert (len(found.body), found.truncated) == (size, False)


def test_a_cut_body_is_no_json(connect: Connect) -> None:
    found = ask(connect, replying(lambda _: answer(body=b"1" * 10_001))).answer

    assert found is not None
    with pytest.raises(ValueError, match="no end"):
        found.json()


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_body_is_unfolded(encoding: str, pack: Callable[[bytes], bytes], connect: Connect) -> None:
    found = ask(connect, replying(lambda _: answer(body=pack(b"folded"), Content_Encoding=encoding))).answer

    assert found is not None
    assert found.body == b"folded"


def test_a_bomb_unfolds_no_further_than_the_limit(connect: Connect) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    found = ask(connect, replying(lambda _: answer(body=bomb, Content_Encoding="gzip")), whole=30).answer

    assert found is not None
    assert (len(found.body), found.truncated) == (10_000, True)


def test_a_body_that_is_not_compressed_as_it_says_is_no_answer(connect: Connect) -> None:
    exchange = ask(connect, replying(lambda _: answer(body=b"plain", Content_Encoding="gzip")))

    assert exchange.failure is not None
    assert exchange.failure.startswith("no valid answer: the body is not gzip")


@pytest.mark.parametrize(
    "talk",
    [
        once(),
        once(b"HTTP/1.1 200 OK\r\nContent-Ty"),
        once(HEAD + b"Content-Length: 10\r\n\r\nhalf"),
        once(b"220 mail.example ESMTP\r\n"),
        once(HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"),
        once(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["closed", "half a head", "half a body", "no HTTP", "a header of 1 MB", "broken chunks"],
)
def test_what_is_no_valid_answer_says_so(talk: Any, connect: Connect) -> None:
    exchange = ask(connect, talk)

    assert exchange.answer is None
    assert (exchange.failure or "").startswith("no valid answer: ")


def test_a_kept_connection_that_was_dropped_is_not_held_against_a_request(connect: Connect) -> None:
    async def one_each(reader: Any, writer: Any) -> None:
        if await read_request(reader, writer):
            writer.write(answer())
        # The next request on this connection is read and gets nothing.
        await read_request(reader, writer)

    with serving(one_each) as url:
        client = connect(url)
        assert [client.send(build("GET", "/")).status for _ in range(5)] == [200] * 5


def test_of_two_tries_the_reason_of_the_second_is_told(connect: Connect) -> None:
    heads = iter([b"no head\r\n\r\n", HEAD + b"Content-Length: none\r\n\r\n"])

    async def one_each(reader: Any, writer: Any) -> None:
        await read_request(reader, writer)
        writer.write(next(heads))

    assert "Content-Length" in (ask(connect, one_each).failure or "")


def test_where_nothing_listens_any_more_the_target_is_gone(connect: Connect) -> None:
    server = Server(silent)
    client = connect(server.url)
    server.close()

    with pytest.raises(TargetGone, match="does not answer any more"):
        client.send(build("GET", "/"))


def test_a_cookie_is_not_kept(connect: Connect) -> None:
    with recording(lambda _: answer(Set_Cookie="session=1; Path=/")) as target:
        client = connect(target.url)
        for _ in range(2):
            client.send(build("GET", "/"))

    assert target.received[1].header("cookie") is None


def test_no_proxy_and_no_netrc_of_the_environment_is_used(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with recording() as target:
        assert connect(target.url).send(build("GET", "/")).status == 200

    assert target.received[0].header("authorization") is None


def test_the_environments_proxy_is_used_where_it_is_asked_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        connect("http://target.invalid", trust_env=True).send(build("GET", "/health"))

    assert [request.path for request in proxy.received] == ["http://target.invalid/health"]


def test_configured_headers_are_sent_and_shown(connect: Connect) -> None:
    with recording() as target:
        exchange = connect(target.url, headers={"X-Tenant": "blue"}).send(build("GET", "/"))

    assert target.received[0].header("x-tenant") == "blue"
    assert "X-Tenant: blue" in exchange.curl()


def test_a_tests_own_header_comes_before_a_configured_one(connect: Connect) -> None:
    with recording() as target:
        connect(target.url, headers={"X-Tenant": "blue"}).send(build("GET", "/", headers={"x-tenant": "red"}))

    assert [value for name, value in target.received[0].headers if name.lower() == "x-tenant"] == ["red"]


def test_a_tests_own_credentials_come_before_those_of_the_url(connect: Connect) -> None:
    with recording() as target:
        client = connect(target.url.replace("//", "//ada:secret@"))
        client.send(build("GET", "/"))
        client.send(build("GET", "/", headers={"Authorization": "Bearer abc"}))

    assert [r.header("authorization") for r in target.received] == ["Basic YWRhOnNlY3JldA==", "Bearer abc"]


@pytest.mark.parametrize("end", ["", "/"])
def test_a_path_prefix_stands_before_every_path(end: str, connect: Connect) -> None:
    with recording() as target:
        connect(f"{target.url}/api/v1{end}").send(build("GET", "/health"))

    assert target.received[0].path == "/api/v1/health"


def test_a_batch_comes_back_in_its_order(connect: Connect) -> None:
    async def late(reader: Any, writer: Any) -> None:
        while (request := await read_request(reader, writer)) is not None:
            number = int(request.path[1:])
            await asyncio.sleep((50 - number) * 0.002)
            writer.write(answer(body=str(number).encode()))

    with serving(late) as url:
        exchanges = connect(url, Limits()).send_all([build("GET", f"/{n}") for n in range(50)])

    assert [exchange.answer and exchange.answer.body for exchange in exchanges] == [b"%d" % n for n in range(50)]


def test_a_batch_is_sent_at_once_within_the_bound(connect: Connect) -> None:
    most = asked = 0

    async def count(reader: Any, writer: Any) -> None:
        nonlocal most, asked
        while await read_request(reader, writer) is not None:
            asked += 1
            most = max(most, asked)
            await asyncio.sleep(0.02)
            asked -= 1
            writer.write(answer())

    with serving(count) as url:
        connect(url, Limits(concurrency=8)).send_all([build("GET", "/") for _ in range(40)])

    assert most == 8


def test_every_exchange_is_seen_by_the_observers(connect: Connect) -> None:
    seen: list[Exchange] = []
    with recording() as target:
        client = connect(target.url)
        client.observers.append(seen.append)
        sent = client.send_all([build("GET", "/a"), build("GET", "/b")])

    assert seen == sent
    assert client.requests == 2


def test_after_too_much_lost_time_no_more_is_sent(connect: Connect) -> None:
    with serving(silent) as url:
        client = connect(url, Limits(whole=0.2, exhausted=0.1))
        client.send(build("GET", "/other"))

        with pytest.raises(TargetUnresponsive, match="run out of time"):
            client.send(build("GET", "/"))


def test_time_that_is_forgiven_is_not_lost(connect: Connect) -> None:
    with serving(silent) as url:
        client = connect(url, Limits(whole=0.2, exhausted=0.1))
        client.send_all([build("GET", "/")], forgiven=True)

        assert client.send(build("GET", "/")).timed_out


def test_after_much_lost_time_the_rest_is_hurried(connect: Connect) -> None:
    with serving(once(HEAD, b"Content-Length: 0\r\n\r\n", pause=0.5)) as url:
        client = connect(url, Limits(whole=0.2, patience=0.1, hurried=0.05))

        assert client.send(build("GET", "/")).seconds >= 0.2
        assert client.send(build("GET", "/"), whole=3600.0).timed_out
