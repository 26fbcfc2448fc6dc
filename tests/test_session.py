"""A session: what fails is tried again, the kit's bugs are its own, and what was made is removed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from conformance.checks import CannotTell, Mismatch, expect_status, fail
from conformance.client import TargetGone, TargetUnresponsive
from conformance.exchange import build
from conformance.ledger import Leftover
from conformance.session import Session, failed
from conformance.settings import Settings
from conformance.target import Target
from conformance.verdict import Outcome
from conformance.websocket import Conversation
from tests.makers import answered, row, rows
from tests.servers import Received, Server, answer, recording, replying, serving

CATALOGUE = rows(row("one"), row("validation-error-shape"), row("no-content-empty"), row("inside", needs="app"))
Reply = Callable[[Received], bytes]


@contextmanager
def session_at(url: str) -> Iterator[Session]:
    session = Session(Settings(url=url), Target("url", url, url, ("http",)), 1, CATALOGUE)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def session_with(reply: Reply = lambda _: answer()) -> Iterator[Session]:
    with serving(replying(reply)) as url, session_at(url) as session:
        yield session


def attempt(call: Callable[[], object], requirement: str = "one") -> Outcome:
    with session_with() as session:
        return session.attempt(requirement, session.api(requirement), call)


def raises(*errors: Exception | None) -> Callable[[], None]:
    """Give a test that ends as it is told, once after the other."""
    left = list(errors)

    def call() -> None:
        error = left.pop(0)
        if error is not None:
            raise error

    return call


WRONG = Mismatch(answered(500), "200", "it is 500")


def test_what_holds_has_passed() -> None:
    assert attempt(raises(None)).status == "passed"


def test_what_fails_twice_has_failed() -> None:
    found = attempt(raises(WRONG, WRONG))

    assert (found.status, found.expected, found.note) == ("failed", "200", "it is 500")


def test_what_fails_once_and_then_holds_is_unstable_with_its_evidence() -> None:
    found = attempt(raises(WRONG, None))

    assert (found.status, found.expected) == ("unstable", "200")


def test_a_second_try_knows_that_it_is_one() -> None:
    with session_with() as session:
        api = session.api("one")
        seen = []

        def call() -> None:
            seen.append(api.confirming)
            fail(None, "nothing")

        session.attempt("one", api, call)

    assert seen == [False, True]


def test_what_cannot_be_told_is_not_verified_and_not_tried_again() -> None:
    found = attempt(raises(CannotTell("needs credentials")))

    assert (found.status, found.message, found.applies) == ("not_verified", "needs credentials", True)


def test_what_does_not_concern_a_target_does_not_apply() -> None:
    assert not attempt(raises(CannotTell("concerns FastAPI", applies=False))).applies


@pytest.mark.parametrize(
    "error", [ValueError("oops"), AssertionError(), KeyError("a"), ExceptionGroup("g", [OSError()])]
)
def test_the_kits_own_bug_is_an_error_and_not_a_failure(error: Exception) -> None:
    found = attempt(raises(error))

    assert found.status == "error"
    assert found.message.startswith(f"the kit failed: {type(error).__name__}")
    assert "test_session.py:" in found.message


def test_a_need_that_is_not_met_names_the_option() -> None:
    found = attempt(raises(None), "inside")

    assert found == Outcome("inside", "not_verified", "needs --target-app", applies=False)


def test_after_the_target_is_gone_nothing_is_tried() -> None:
    tried: list[int] = []
    with session_with() as session:
        first = session.attempt("one", session.api("one"), raises(TargetGone("away")))
        later = session.attempt("one", session.api("one"), lambda: tried.append(1))

    assert (first.status, first.message) == ("not_verified", "away")
    assert (later.status, later.message) == ("not_verified", "the target stopped answering before it")
    assert tried == []


def test_a_target_that_is_too_slow_for_more_is_not_gone() -> None:
    with session_with() as session:
        found = session.attempt("one", session.api("one"), raises(TargetUnresponsive("late")))

        assert (found.status, found.message, session.gone) == ("not_verified", "late", None)


def test_an_outcome_counts_its_requests() -> None:
    with session_with() as session:
        api = session.api("one")

        found = session.attempt("one", api, lambda: api.send_all([build("GET", "/")] * 25))

    assert found.requests == 25


SHAPELESS = answer(422, b"{}")


def rule_outcomes(*answers: bytes) -> list[Outcome]:
    """Give what the rules about every answer find; the last answer is given again and again."""
    left = list(answers)
    with session_with(lambda _: left.pop(0) if len(left) > 1 else left[0]) as session:
        for _ in answers[:-1] or answers:
            session.client.get("/")
        return session.finish()[0]


def test_a_rule_that_was_broken_twice_has_failed() -> None:
    assert [(o.requirement, o.status) for o in rule_outcomes(SHAPELESS)] == [("validation-error-shape", "failed")]


def test_a_rule_that_was_broken_once_and_not_again_is_unstable() -> None:
    found = rule_outcomes(SHAPELESS, answer())

    assert [(o.requirement, o.status) for o in found] == [("validation-error-shape", "unstable")]


def test_rules_that_hold_say_nothing() -> None:
    assert rule_outcomes(answer(), answer(204, b"")) == []


ITEMS: dict[str, Any] = {"a number": 7, "a text": "a/b c", "dots": "..", "half a character": "\ud800", "zero": 0}


@pytest.mark.parametrize("kind", ITEMS)
def test_what_a_run_made_it_removes(kind: str) -> None:
    created = answer(201, json.dumps({"id": ITEMS[kind]}).encode())
    reply: Reply = lambda request: created if request.method == "POST" else answer(204, b"")  # noqa: E731
    with recording(reply) as target, session_at(target.url) as session:
        session.client.post("/items", json={})
        assert session.finish()[1] == []

    assert [request.method for request in target.received] == ["POST", "DELETE"]
    assert target.received[1].path.startswith("/items/")


def test_what_is_removed_already_is_not_removed_again() -> None:
    with recording(lambda _: answer(200, b'{"id": 5}')) as target, session_at(target.url) as session:
        session.client.post("/items", json={})
        session.client.send(build("DELETE", "/items/5"))
        assert session.finish() == ([], [])

    assert len(target.received) == 2


def test_what_cannot_be_removed_is_listed() -> None:
    reply: Reply = lambda request: answer(201, b'{"id": 5}') if request.method == "POST" else answer(500)  # noqa: E731
    with session_with(reply) as session:
        session.client.post("/items", json={})

        assert session.finish()[1] == [Leftover("POST", "/items/5", "its DELETE answered 500")]


def test_what_is_gone_already_is_not_listed() -> None:
    reply: Reply = lambda request: answer(201, b'{"id": 5}') if request.method == "POST" else answer(404)  # noqa: E731
    with session_with(reply) as session:
        session.client.post("/items", json={})

        assert session.finish()[1] == []


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"no json", b'{"id": true}', b'{"id": ""}', b'{"id": [1]}', b"[" * 100_000]
)
def test_an_answer_that_names_no_id_made_nothing_that_could_be_removed(body: bytes) -> None:
    with session_with(lambda _: answer(201, body)) as session:
        session.client.post("/items", json={})

        assert session.finish()[1] == []


def test_what_the_guide_cannot_remove_is_counted() -> None:
    with session_with() as session:
        for _ in range(3):
            session.client.post("/users", json={})
        notes = [leftover.note for leftover in session.finish()[1]]

    assert notes == ["3 users: the guide has no route that removes one"]


def test_what_was_refused_made_nothing() -> None:
    with session_with(lambda _: answer(422, b'{"detail": [], "id": 5}')) as session:
        session.client.post("/items", json={})
        session.client.post("/users", json={})

        assert session.finish()[1] == []


def test_where_the_target_is_gone_everything_is_left() -> None:
    server = Server(replying(lambda _: answer(201, b'{"id": 5}')))
    with session_at(server.url) as session:
        session.client.post("/items", json={})
        server.close()
        left = session.finish()[1]

    assert [leftover.path for leftover in left] == ["/items/5"]
    assert "does not answer any more" in left[0].note


def test_a_failure_shows_what_was_sent_and_what_came() -> None:
    with pytest.raises(Mismatch) as raised:
        expect_status(answered(500, b'{"a": 1}'), 200)

    found = failed("one", raised.value, "failed")

    assert (found.sent, found.actual, found.expected) == ("GET /", '500 {"a": 1}', "200")
    assert found.curl == "curl -s http://target/"


def test_a_failure_of_a_conversation_shows_what_was_said() -> None:
    talk = Conversation("ws://target/ws", ("ping",), ["hello", b"\0"], 1000)

    found = failed("one", Mismatch(talk, "nothing"), "failed")

    assert (found.sent, found.actual) == ("WebSocket ws://target/ws ping", "'hello', b'\\x00'; then close 1000")
