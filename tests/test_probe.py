"""The probe before a run: whether anything answers, and whether it looks like the guide's API."""

import asyncio
from contextlib import ExitStack

import pytest

from conformance.target import Unreachable
from tests.servers import Server, Talk, answer, once, serving, silent
from tests.test_session import session_at, session_with


@pytest.mark.parametrize("talk", [silent, None], ids=["silent", "closed"])
def test_a_target_without_any_answer_is_unreachable(talk: Talk | None) -> None:
    with ExitStack() as stack:
        server = Server(talk or silent)
        stack.callback(server.close)
        if talk is None:
            server.close()
        session = stack.enter_context(session_at(server.url))

        with pytest.raises(Unreachable, match=server.url):
            session.probe()


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer whatever comes first, be it no HTTP."""
    await reader.read(1)
    writer.write(answer(400))


def test_where_https_meets_plain_http_it_is_asked_whether_http_is_meant() -> None:
    with (
        serving(plain) as url,
        session_at(url.replace("http:", "https:")) as session,
        pytest.raises(Unreachable, match=r"nothing answers at https://.*: https was spoken there, is http:// meant"),
    ):
        session.probe()


@pytest.mark.parametrize("talk", [once(), once(b"220 smtp\r\n")], ids=["hangs up", "no HTTP"])
def test_a_target_that_answers_nonsense_is_there_and_gets_a_hint(talk: Talk) -> None:
    with serving(talk) as url, session_at(url) as session:
        assert "no answer" in (session.probe() or "")


def test_one_route_of_the_guide_is_enough_to_be_its_api() -> None:
    with session_with(lambda request: answer(200 if request.path == "/health" else 404)) as session:
        assert session.probe() is None
