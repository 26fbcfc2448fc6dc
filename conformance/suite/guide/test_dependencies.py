"""Guide section 10: dependencies bring the user and the page."""

import itertools

from hypothesis import strategies as st

from conformance.checks import expect, expect_error_at, expect_object, expect_status, expect_value
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import LARGEST, SPOKEN, letters
from conformance.suite.guide import _access

_PAGE = ["limit", "offset"]
_FIRST_PAGE: dict[str, object] = {"limit": 5, "offset": 0}


@requirement("me-user")
def test_an_authenticated_user_has_an_id(api: Api) -> None:
    bearer = _access.bearer(api)
    exchange = api.get("/me", headers=bearer.headers)
    _access.admit(exchange, bearer)

    expect_status(exchange, 200)
    user = expect_object(exchange).get("user_id")
    named = (isinstance(user, str) and user.strip() != "") or (isinstance(user, int) and not isinstance(user, bool))
    expect(named, exchange, "a user_id, as text or as a number")


@requirement("pagination-defaults")
@given(boundaries=[{"limit": 5}, {"offset": 3}])
def test_a_page_is_twenty_from_the_start(api: Api, query: dict[str, int]) -> Flow:
    # Each flow asks for both defaults before it asks for one: so what is wrong now and then meets it.
    for sent in ({}, query):
        exchange = yield build("GET", "/items", query=sent)

        expect_status(exchange, 200)
        for name, default in {"limit": 20, "offset": 0}.items():
            # That what is sent comes back is pagination-echo's matter.
            if name not in sent:
                expect_value(exchange, name, default)


@requirement("pagination-echo")
@given(
    st.tuples(st.integers(1, 100), st.integers(0, LARGEST)),
    boundaries=[(1, 0), (100, 0), (20, 20), (5, 1), (99, 1000), (50, 2**31), (10, LARGEST)],
)
def test_limit_and_offset_come_back_as_sent(api: Api, page: tuple[int, int]) -> Flow:
    limit, offset = page
    exchange = yield build("GET", "/items", query={"limit": limit, "offset": offset})

    expect_status(exchange, 200)
    expect_value(exchange, "limit", limit)
    expect_value(exchange, "offset", offset)


@requirement("pagination-invalid")
@given(
    st.tuples(st.sampled_from(_PAGE), letters()),
    boundaries=itertools.product(_PAGE, ["abc", *SPOKEN]),
    count=8,
)
def test_letters_are_no_page(api: Api, sent: tuple[str, str]) -> Flow:
    name, word = sent
    # Alone, and beside the other one.
    exchanges = yield [build("GET", "/items", query=query) for query in ({name: word}, {**_FIRST_PAGE, name: word})]

    for exchange in exchanges:
        expect_error_at(exchange, "query", name)
