"""The rules about every answer hold for the contract's answers and for no others."""

import json
from dataclasses import replace

import pytest

from conformance.checks import Mismatch
from conformance.exchange import Exchange, Request
from conformance.settings import Account, Credentials, Settings
from conformance.watch import Seen, Watch, no_content, rules, validation_shape
from tests.makers import answered, said, unanswered

JUDGED = rules(Settings(credentials=Credentials(bearer="the-run's-own-token")))
ENTRY = {"loc": ["body"], "msg": "m", "type": "t"}


def length(value: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Length", value),)


@pytest.mark.parametrize(
    "exchange",
    [
        answered(204, b"", ()),
        answered(204, b"", length("0")),
        answered(304, b"", length("120")),
        answered(200, b"body", length("4")),
        unanswered(),
    ],
    ids=["204", "204 of length 0", "304 that tells a length", "200 with a body", "no answer"],
)
def test_an_empty_answer_holds(exchange: Exchange) -> None:
    no_content(exchange)


@pytest.mark.parametrize(
    ("status", "body", "promised"), [(204, b"x", None), (304, b"x", None), (204, b"", "1"), (204, b"{}", "2")]
)
def test_an_answer_that_should_be_empty_and_is_not_is_a_mismatch(
    status: int, body: bytes, promised: str | None
) -> None:
    with pytest.raises(Mismatch):
        no_content(answered(status, body, length(promised) if promised else ()))


def test_only_a_422_has_to_have_its_shape() -> None:
    validation_shape(said({"detail": "no"}, 400))
    validation_shape(_refused("POST", "/items", "body"))
    with pytest.raises(Mismatch):
        validation_shape(said({"detail": "no"}, 422))


def _refused(method: str, path: str, source: str) -> Exchange:
    exchange = said({"detail": [ENTRY | {"loc": [source, "price"]}]}, 422)
    return replace(exchange, request=Request(method, path))


def test_a_value_may_come_from_wherever_a_request_has_some() -> None:
    validation_shape(_refused("GET", "/items", "query"))
    validation_shape(_refused("POST", "/events?work=3", "query"))
    # An operation that the guide does not know may ask for a parameter that was left out.
    validation_shape(_refused("POST", "/invoices", "query"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_no_value_comes_from_a_query_that_is_not_there(method: str) -> None:
    with pytest.raises(Mismatch):
        validation_shape(_refused(method, "/items/7", "query"))


@pytest.mark.parametrize("body", [b"", b"no json", b"[" * 100_000, b'"\\ud800"', b"\xff", json.dumps([1]).encode()])
@pytest.mark.parametrize("status", [200, 204, 304, 400, 422, 500])
def test_no_answer_makes_a_rule_fail_by_itself(status: int, body: bytes) -> None:
    Watch(JUDGED).observe(answered(status, body))


def test_evidence_of_the_same_fault_is_kept_a_few_times_only() -> None:
    watch = Watch(JUDGED)
    for _ in range(100):
        watch.observe(said({}, 422))

    assert len(watch.broken["validation-error-shape"]) == 5


def to(exchange: Exchange, path: str, body: bytes | None = None) -> Exchange:
    return replace(exchange, request=Request("GET", path, (), body))


def test_one_exchange_of_each_kind_is_kept() -> None:
    seen = Seen()
    kinds = [to(answered(), "/a"), to(answered(), "/b"), to(answered(404), "/a"), to(answered(headers=()), "/a")]
    for exchange in [*kinds, to(answered(body=b"{}"), "/a?again=1"), unanswered()]:
        seen.observe(exchange)

    assert seen.exchanges() == kinds


def test_every_body_that_gets_a_400_is_kept() -> None:
    seen = Seen()
    refused = [to(answered(400), "/a", body) for body in (b"{", b"{}")]
    for exchange in refused:
        seen.observe(exchange)

    assert seen.exchanges() == refused


def judged(password: str, answer: object, username: str = "student") -> bool:
    """Tell whether an answer counts as one without the run's secrets."""
    watch = Watch(rules(Settings(credentials=Credentials(user=Account(username, password)))))
    watch.observe(said(answer))
    return "nothing-secret-served" not in watch.broken


@pytest.mark.parametrize(
    ("password", "answer"),
    [
        ("student", {"user_id": "student"}),
        ("secret", {"detail": "a secret place"}),
        ("sub", {"sub": "sub"}),
        ("42", {"limit": 42}),
    ],
)
def test_a_password_that_is_a_word_stands_in_an_answer_by_chance(password: str, answer: object) -> None:
    assert judged(password, answer)


@pytest.mark.parametrize(
    ("password", "answer"),
    [
        ("student", {"user_id": "student", "password": "student"}),
        ("abc", {"accounts": [{"passwd": "abc"}]}),
        ("secret", {"hint": "secret"}),
        ("with-9-digits", {"detail": "it is with-9-digits"}),
        ('with "quotes" \\ and é', {"detail": 'it is with "quotes" \\ and é'}),
    ],
)
def test_a_password_that_is_told_is_a_leak(password: str, answer: object) -> None:
    assert not judged(password, answer)


@pytest.mark.parametrize(("status", "held"), [(200, False), (401, False), (422, True)])
def test_a_refusal_alone_may_repeat_the_body_that_it_is_about(status: int, held: bool) -> None:
    settings = Settings(credentials=Credentials(user=Account("student", "with-9-digits")))
    watch = Watch({"api-no-secret-served": rules(settings)["api-no-secret-served"]})
    told = said({"detail": "it is with-9-digits"}, status)
    sent = Request("POST", "/token", (), b"username=student&password=with-9-digits")
    watch.observe(replace(told, request=sent))

    assert (not watch.broken) is held
