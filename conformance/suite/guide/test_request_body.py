"""Guide section 6: request bodies are validated before the handler runs."""

import itertools
import json
from typing import Any

from hypothesis import strategies as st

from conformance.checks import (
    error_locations,
    expect,
    expect_error_at,
    expect_status,
    expect_success,
)
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import PRICES, SPOKEN, STORED_WORDS, items, letters, prices, stored_text
from conformance.suite.guide import _items
from conformance.watch import validation_shape

Body = dict[str, Any]

_NO_TEXT: list[Any] = [[], ["pen"], {}, {"name": "pen"}, None, 7, 0, -1, 10**12, 1.5]
_NO_NUMBER: list[Any] = [[], [1.5], {}, {"price": 1.5}, {"amount": 1.5, "currency": "EUR"}, None, "abc", "cheap", "one"]
_VALID: dict[str, Body] = {
    "/items": {"name": "pen", "price": 1.5},
    "/users": {"email": "ada@example.org", "age": 30},
    "/ask": {"question": "why?"},
    "/translate": {"text": "Good morning", "target_lang": "de"},
}
_NO_OBJECT: list[Any] = [[], "pen", 7, 1.5, None, True]
_NO_JSON = [
    '{"name": "pen", "price": ',
    '{"name": "pen" "price": 1}',
    "{name: 'pen'}",
    "pen",
    '{"name": "pen", "price": 1.5,}',
    "[1, 2",
    '"pen',
    # What a more generous reader takes for an item.
    "{'name': 'pen', 'price': 1.5}",
    "{name: pen, price: 1.5}",
    "name=pen&price=1.5",
    '{"name": "pen", "price": 1.5} {}',
    '{"name": "pen", "price": 1.5}}',
    '{"name": "pen", "price": 1.5',
    '{"name": "pen", "price": 1.5}\n{"name": "cap", "price": 2.5}',
    # Ruby's own reader knows comments of the other kind, and has no way to refuse them.
    '{"name": "pen", "price": 1.5} // a pen',
    '{"name": "a\npen", "price": 1.5}',
    '{"name": "pen", "price": 01.5}',
    '{"name": "pen", "price": +1.5}',
    '{"name": "pen", "price": .5}',
]
_NO_JSON_ELSEWHERE = [
    ("/users", '{"email": "ada@example.org", "age": 30'),
    ("/users", "email=ada@example.org&age=30"),
    ("/ask", '{"question": "why?"'),
    ("/ask", "question=why"),
    ("/translate", '{"text": "Good morning", "target_lang": "de"'),
]
# Every operation that takes an object as its body; the last is one of the full profile.
_TAKING = list(_VALID)
_JSON_TYPE = {"Content-Type": "application/json"}


@requirement("body-valid")
@given(
    items(),
    boundaries=[
        *({"name": word, "price": 1.5} for word in STORED_WORDS),
        *({"name": "pen", "price": price} for price in PRICES),
    ],
)
def test_every_valid_item_is_accepted(api: Api, new: _items.NewItem) -> Flow:
    exchange = yield _items.create(new)

    expect_success(exchange)


@requirement("body-missing-field")
@given(
    st.one_of(
        st.tuples(st.just("/items"), st.fixed_dictionaries({"name": stored_text(50)}), st.just("price")),
        st.tuples(st.just("/items"), st.fixed_dictionaries({"price": prices()}), st.just("name")),
    ),
    boundaries=[
        ("/items", {"name": "pen"}, "price"),
        ("/items", {"price": 1.5}, "name"),
        ("/items", {"price": 0}, "name"),
        ("/items", {"name": ""}, "price"),
        # Nor does another field stand in for it.
        ("/items", {"title": "pen", "label": "pen", "price": 1.5}, "name"),
        ("/items", {"name": "pen", "cost": 1.5, "amount": 1.5}, "price"),
        # Text that looks like the field is none.
        ("/items", {"name": '"price": 1.5'}, "price"),
        ("/users", {"email": "ada@example.org"}, "age"),
        ("/translate", {"target_lang": "de"}, "text"),
        ("/translate", {"text": "Good morning"}, "target_lang"),
    ],
    count=10,
)
def test_a_missing_field_is_named(api: Api, broken: tuple[str, Body, str]) -> Flow:
    path, body, missing = broken
    if not _is_there(api, path):
        return
    # Nor what the request before had.
    _, exchange = yield [build("POST", path, json=each) for each in (_VALID[path], body)]

    expect_error_at(exchange, missing)


@requirement("body-missing-field")
def test_a_field_that_an_empty_object_lacks_is_named(api: Api) -> None:
    exchange = api.post("/items", json={})

    expect_status(exchange, 422)
    # That both are named is body-every-error's matter.
    ends = [loc[-1] for loc in error_locations(exchange) if loc]
    expect(
        bool({"name", "price"} & {*ends}), exchange, "a 422 whose loc ends at name or at price", f"it ends at {ends}"
    )


@requirement("body-wrong-type")
@given(
    st.one_of(
        st.tuples(st.just("name"), st.one_of(st.integers(-(10**9), 10**9), st.lists(st.text(max_size=5), max_size=3))),
        st.tuples(st.just("price"), letters(shortest=1)),
    ),
    boundaries=[*(("name", value) for value in _NO_TEXT), *(("price", value) for value in (*_NO_NUMBER, *SPOKEN))],
)
def test_a_field_of_the_wrong_type_is_named(api: Api, broken: tuple[str, Any]) -> Flow:
    field, value = broken
    exchange = yield build("POST", "/items", json={"name": "pen", "price": 1.5, field: value})

    expect_error_at(exchange, field)


@requirement("body-not-an-object")
@given(
    boundaries=[
        *itertools.product(_TAKING, _NO_OBJECT),
        # An object in another one's clothes: as one of several, as text, and as pairs.
        *((path, [body]) for path, body in _VALID.items()),
        *((path, json.dumps(body)) for path, body in _VALID.items()),
        *((path, list(body.items())) for path, body in _VALID.items()),
    ]
)
def test_a_body_that_is_no_object_is_refused(api: Api, asked: tuple[str, Any]) -> Flow:
    path, body = asked
    if not _is_there(api, path):
        return
    exchange = yield build("POST", path, json=body)

    expect_status(exchange, 422)


@requirement("body-absent")
@given(boundaries=itertools.product([{}, _JSON_TYPE], _TAKING))
def test_a_required_body_must_be_there(api: Api, asked: tuple[dict[str, str], str]) -> Flow:
    headers, path = asked
    if not _is_there(api, path):
        return
    exchange = yield build("POST", path, headers=headers)

    # Where JSON is promised, nothing is no JSON, and how that is refused is body-malformed's matter.
    refused = bool(headers) and exchange.status is not None and 400 <= exchange.status < 500
    if not refused:
        expect_status(exchange, 422)


@requirement("body-malformed")
@given(
    st.tuples(stored_text(20), st.integers(1, 5)).map(
        lambda cut: ("/items", f'{{"price": 1.5, "name": "{cut[0]}'[: -cut[1]])
    ),
    boundaries=[
        *(("/items", text) for text in _NO_JSON),
        *itertools.product(_TAKING[1:], ['{"question": ', "pen"]),
        *_NO_JSON_ELSEWHERE,
    ],
    count=8,
)
def test_text_that_is_no_json_is_refused(api: Api, asked: tuple[str, str]) -> Flow:
    path, text = asked
    if not _is_there(api, path):
        return
    exchange = yield build("POST", path, body=text.encode(), headers=_JSON_TYPE)

    expect_status(exchange, 422, 400)


def _is_there(api: Api, path: str) -> bool:
    return path != "/translate" or api.profile == "full"


@requirement("body-every-error")
def test_two_wrong_fields_are_both_named(api: Api) -> None:
    cases = [("/items", {"price": "cheap"}, ("name", "price")), ("/users", {"age": 131}, ("email", "age"))]
    for path, body, fields in cases:
        exchange = api.post(path, json=body)
        expect_status(exchange, 422)
        named = {loc[-1] for loc in error_locations(exchange) if loc}
        expect(named >= set(fields), exchange, f"entries for both {' and '.join(fields)}")


@requirement("validation-error-shape")
def test_every_422_has_the_same_shape(api: Api) -> None:
    provoked = [
        build("GET", "/users/seven"),
        build("GET", "/search"),
        build("GET", "/search", query={"q": "fastapi", "limit": "ten"}),
        build("GET", "/items", query={"limit": "ten", "offset": "one"}),
        build("GET", "/secure", query={"is_allowed": "perhaps"}),
        build("POST", "/items", json={}),
        build("POST", "/items", json={"name": ["pen"], "price": "cheap"}),
        build("POST", "/items", json=[]),
        build("POST", "/items"),
        build("GET", "/items/no-such-item"),
        build("DELETE", "/items/no-such-item"),
        *(build("POST", "/users", json={"email": "a@example.com", "age": age}) for age in (131, -1, 1.5, "old")),
        *(build("POST", path, body=b"{", headers=_JSON_TYPE) for path in ("/items", "/users", "/ask")),
        build("POST", "/users", json={}),
        build("POST", "/users"),
        build("POST", "/ask", json={"question": "why?", "top_k": 1.5}),
        build("POST", "/ask", json={}),
        build("POST", "/ask"),
        build("GET", "/my-error"),
        build("GET", "/items", query={"limit": "ten"}),
        build("POST", "/upload"),
        build("POST", "/upload", files={"other": ("a.txt", b"a", "text/plain")}),
    ]
    for exchange in api.send_all(provoked):
        validation_shape(exchange)
