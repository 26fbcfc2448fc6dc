"""A core test is tried often enough to see what is wrong now and then."""

from dataclasses import replace

from conformance.checks import expect_status
from tests.servers import Received, answer
from tests.test_session import session_with


def test_what_is_wrong_in_every_twentieth_answer_shows_at_standard_effort() -> None:
    answered = 0

    def reply(_: Received) -> bytes:
        nonlocal answered
        answered += 1
        return answer(500 if answered % 20 == 0 else 200)

    with session_with(reply) as session:
        api = session.api("one")
        outcome = session.attempt("one", api, lambda: expect_status(api.get("/"), 200))

    assert outcome.status == "failed"


def test_at_quick_effort_nothing_is_repeated() -> None:
    with session_with() as session:
        session.settings = replace(session.settings, effort="quick")
        api = session.api("one")
        outcome = session.attempt("one", api, lambda: api.get("/"))

    assert (api.often, outcome.requests) == (1, 1)


def test_of_each_of_two_routes_every_twentieth_answer_is_seen() -> None:
    answered = 0

    def reply(received: Received) -> bytes:
        nonlocal answered
        answered += received.path == "/other"
        return answer(500 if received.path == "/other" and answered % 20 == 0 else 200)

    with session_with(reply) as session:
        api = session.api("one")

        def both() -> None:
            expect_status(api.get("/"), 200)
            expect_status(api.get("/other"), 200)

        outcome = session.attempt("one", api, both)

    assert outcome.status == "failed"
