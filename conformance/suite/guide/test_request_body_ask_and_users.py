"""Guide section 6: the guide's other two bodies, ``AskRequest`` and ``UserIn``."""

import secrets
from typing import Any

from hypothesis import strategies as st

from conformance.checks import expect_error_at, expect_json, expect_success
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import SPOKEN, letters, stored_text

_NO_WHOLE_NUMBER: list[Any] = [1.5, 0.1, 19.99, "abc", "five", *SPOKEN, [], [5], {}, None]

_ASKED = [(" ", 5), ('It\'s "why"?\n\tAnd -- how?', None), ("长" * 2000, 5)]
_NEARLY_ASKED = dict.fromkeys(("q", "query", "prompt", "message"), "why?")
# A year, what stands for an age that is not known, and ages as soon as somebody keeps 8, 16 or 32 bits.
_WRAPPED = [999, 1990, *(2**bits + 30 for bits in (8, 16, 32))]


@requirement("ask-valid")
@given(
    st.tuples(stored_text(200), st.none() | st.integers(1, 20)),
    boundaries=[("What is FastAPI?", None), ("why", 1), ("为什么?", 20), ("x" * 2000, 5), (" why? ", 10), *_ASKED],
    count=8,
)
def test_every_question_is_accepted(api: Api, asked: tuple[str, int | None]) -> Flow:
    question, top_k = asked
    exchange = yield build("POST", "/ask", json={"question": question} | ({} if top_k is None else {"top_k": top_k}))

    expect_success(exchange)
    expect_json(exchange)


@requirement("ask-question-required")
@given(
    st.integers(1, 20).map(lambda top_k: {"top_k": top_k}),
    boundaries=[{}, {"top_k": 5}, {"text": "why?"}, _NEARLY_ASKED],
    count=3,
)
def test_a_question_must_be_there(api: Api, body: dict[str, Any]) -> Flow:
    # Nor does that of the request before stand in for it.
    _, exchange = yield [build("POST", "/ask", json=each) for each in ({"question": "why?"}, body)]

    expect_error_at(exchange, "question")


@requirement("ask-top-k-integer")
@given(letters(), boundaries=_NO_WHOLE_NUMBER, count=5)
def test_top_k_is_a_whole_number(api: Api, top_k: Any) -> Flow:
    exchange = yield build("POST", "/ask", json={"question": "why?", "top_k": top_k})

    expect_error_at(exchange, "top_k")


def _user(age: Any) -> dict[str, Any]:
    # A target may refuse an address that it has seen: no try repeats one, whatever the seed.
    return {"email": f"user-{secrets.token_hex(8)}@example.com", "age": age}


@requirement("user-valid")
@given(st.integers(0, 130), boundaries=[0, 1, 17, 18, 21, 65, 99, 100, 120, 129, 130])
def test_every_age_from_0_to_130_is_accepted(api: Api, age: int) -> Flow:
    exchange = yield build("POST", "/users", json=_user(age))

    expect_success(exchange)


@requirement("user-age-bounds")
@given(
    st.integers(-(2**53) + 1, -1) | st.integers(131, 2**53 - 1),
    boundaries=[-1, 131, -2, 132, 150, 200, 1000, -130, 2**31, 2**53 - 1, -(2**53) + 1, *_WRAPPED],
    count=10,
)
def test_no_other_age_is(api: Api, age: int) -> Flow:
    exchange = yield build("POST", "/users", json=_user(age))

    expect_error_at(exchange, "age")


@requirement("user-age-integer")
@given(letters(), boundaries=[*_NO_WHOLE_NUMBER, 129.5], count=5)
def test_an_age_is_a_whole_number(api: Api, age: Any) -> Flow:
    exchange = yield build("POST", "/users", json=_user(age))

    expect_error_at(exchange, "age")


@requirement("user-email-required")
@given(
    st.integers(0, 130).map(lambda age: {"age": age}),
    boundaries=[
        {"age": 30},
        {"mail": "a@example.com", "age": 3},
        {"username": "ada", "e_mail": "a@example.com", "age": 3},
    ],
    count=3,
)
def test_an_email_must_be_there(api: Api, body: dict[str, Any]) -> Flow:
    exchange = yield build("POST", "/users", json=body)

    expect_error_at(exchange, "email")
