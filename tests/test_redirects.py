"""Redirects: followed where they only concern the slash at a path's end, and nowhere else."""

from collections.abc import Callable

import pytest

from conformance.exchange import build
from tests.servers import Received, answer, recording
from tests.test_client import Connect, connect

__all__ = ["connect"]


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (302, "/elsewhere"),
        (303, "/items/"),
        (307, "/items"),
        (307, "/items//"),
        (307, "/items/?q=other"),
        (307, "//other.invalid/items/"),
        (307, "http://[/items/"),
        (200, "/items/"),
    ],
)
def test_a_redirect_is_not_followed(status: int, location: str, connect: Connect) -> None:
    with recording(lambda _: answer(status, Location=location)) as target:
        exchange = connect(target.url).send(build("GET", "/items"))

    assert exchange.status == status
    assert [request.path for request in target.received] == ["/items"]


def slashes(status: int) -> Callable[[Received], bytes]:
    """Lead every path to the one with a slash at its end."""

    def reply(request: Received) -> bytes:
        path, mark, query = request.path.partition("?")
        return answer() if path.endswith("/") else answer(status, Location=f"{path}/{mark}{query}")

    return reply


@pytest.mark.parametrize(("status", "method"), [(307, "POST"), (308, "DELETE"), (301, "GET"), (302, "GET")])
def test_a_redirect_to_the_slash_at_the_end_is_followed(status: int, method: str, connect: Connect) -> None:
    with recording(slashes(status)) as target:
        client = connect(f"{target.url}/api")
        exchange = client.send(build(method, "/items%20?q=a%2Fb", body=b"whole"))

    assert exchange.status == 200
    assert exchange.request.path == "/items%20?q=a%2Fb"
    assert [(each.method, each.path, each.body) for each in target.received] == [
        (method, "/api/items%20?q=a%2Fb", b"whole"),
        (method, "/api/items%20/?q=a%2Fb", b"whole"),
    ]
    assert client.requests == 2
    assert exchange.url == f"{target.url}/api/items%20/?q=a%2Fb"
    assert exchange.url in exchange.curl()


def test_a_redirect_that_would_lose_the_body_is_not_followed(connect: Connect) -> None:
    with recording(slashes(301)) as target:
        assert connect(target.url).send(build("POST", "/items", json={})).status == 301


def test_a_redirect_back_and_forth_is_followed_once(connect: Connect) -> None:
    def turn(request: Received) -> bytes:
        return answer(307, Location=request.path[:-1] if request.path.endswith("/") else f"{request.path}/")

    with recording(turn) as target:
        assert connect(target.url).send(build("GET", "/items")).status == 307

    assert [request.path for request in target.received] == ["/items", "/items/"]
