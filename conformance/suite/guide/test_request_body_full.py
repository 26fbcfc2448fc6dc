"""Guide section 6, whole: hostile JSON is refused, refused bodies change nothing, questions are grounded."""

import json
import secrets
import time
from typing import Any

from conformance.checks import expect, expect_error_at, expect_object, expect_status, expect_success
from conformance.exchange import Exchange, Request, build
from conformance.properties import Api, Flow, given, requirement
from conformance.suite.guide import _items, _listing

_JSON = {"Content-Type": "application/json"}
_NON_FINITE_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"]
_NON_FINITE_TEXTS = ["nan", "NaN", "NAN", "inf", "+inf", "-inf", "INF", "Infinity", "-Infinity", "INFINITY", "1e400"]
_INDEXED_WITHIN = 5.0
_BETWEEN = 0.2
_AGAIN = 3
_OTHERS = 8
_LONG = 100
_REFUSED = 12
_INFINITE: dict[str, Any] = {"price": "inf"}


def _raw(path: str, body: bytes, method: str = "POST") -> Request:
    return build(method, path, body=body, headers=_JSON)


@requirement("body-non-finite")
@given(boundaries=[*_NON_FINITE_NUMBERS, *(json.dumps(text) for text in _NON_FINITE_TEXTS)])
def test_a_price_is_finite(api: Api, price: str) -> Flow:
    exchange = yield _raw("/items", f'{{"name": "pen", "price": {price}}}'.encode())

    # NaN and Infinity are no JSON, and a reader may give up on a number that no double holds: whoever says so
    # says it as to any malformed body.
    allowed = (422, 400) if price in _NON_FINITE_NUMBERS else (422,)
    expect_status(exchange, *allowed)


@requirement("body-non-finite")
@given(boundaries=["PUT", "PATCH"])
def test_a_changed_price_is_finite_too(api: Api, method: str) -> Flow:
    path = _items.path((yield from _items.new_item({"name": "pen", "price": 1.5})))
    prices = [*_NON_FINITE_NUMBERS, *(json.dumps(text) for text in _NON_FINITE_TEXTS)]
    exchanges = yield [_raw(path, f'{{"name": "pen", "price": {price}}}'.encode(), method) for price in prices]

    for price, exchange in zip(prices, exchanges, strict=True):
        allowed = (422, 400) if price in _NON_FINITE_NUMBERS else (422,)
        expect_status(exchange, *allowed)


@requirement("body-not-an-object")
@given(boundaries=["PUT", "PATCH"])
def test_a_change_that_is_no_object_is_refused(api: Api, method: str) -> Flow:
    if api.profile != "full":
        return
    new = {"name": "pen", "price": 1.5}
    path = _items.path((yield from _items.new_item(new)))
    exchanges = yield [build(method, path, json=body) for body in ([], "pen", 7, None, [new], json.dumps(new))]

    for exchange in exchanges:
        expect_status(exchange, 422)


_VALUES = ["NaN", "Infinity", "1e400", "9" * 5000, '"\\ud800"']
_DEEP = b"[" * 100_000 + b"]" * 100_000
_WHOLE = [b'{"name": "\xff\xfe", "price": 1.5}', b"\x80\x81\x82", _DEEP, b'{"name": ' + _DEEP + b', "price": 1.5}']


def _hostile() -> list[tuple[str, bytes]]:
    fields = [
        ("/items", '{"name": %s, "price": 1.5}'),
        ("/items", '{"name": "pen", "price": %s}'),
        ("/users", '{"email": %s, "age": 30}'),
        ("/users", '{"email": "a@example.com", "age": %s}'),
        ("/ask", '{"question": %s}'),
        ("/ask", '{"question": "why?", "top_k": %s}'),
        # An error that names the language has to carry it.
        ("/translate", '{"text": "hello", "target_lang": %s}'),
    ]
    # An integer of any length is a price like others: only what a double cannot hold is hostile.
    bodies = [(path, (template % value).encode()) for path, template in fields for value in _VALUES]
    return bodies + [(path, body) for path in ("/items", "/users", "/ask", "/translate") for body in _WHOLE]


@requirement("body-hostile-json")
@given(boundaries=_hostile())
def test_hostile_json_is_refused_and_survived(api: Api, sent: tuple[str, bytes]) -> Flow:
    path, body = sent
    exchange = yield _raw(path, body)
    after = yield build("GET", "/health")

    expect(exchange.status is not None and 400 <= exchange.status < 500, exchange, "a 4xx status")
    expect(after.status == 200, after, "the next request to be answered")


@requirement("body-hostile-json")
@given(boundaries=["PUT", "PATCH"])
def test_a_hostile_change_is_refused_too(api: Api, method: str) -> Flow:
    path = _items.path((yield from _items.new_item({"name": "pen", "price": 1.5})))
    named, priced = '{"name": %s, "price": 1.5}', '{"name": "pen", "price": %s}'
    bodies = [(template % value).encode() for template in (named, priced) for value in _VALUES]
    exchanges = yield [_raw(path, body, method) for body in (*bodies, *_WHOLE)]

    for exchange in exchanges:
        expect(exchange.status is not None and 400 <= exchange.status < 500, exchange, "a 4xx status")
    expect_status((yield build("GET", path)), 200)


@requirement("validation-no-echo-of-secrets")
def test_a_refused_login_does_not_repeat_the_password(api: Api) -> None:
    password = f"secret-{api.draws.token()}"
    login = {"username": "somebody", "password": password}
    requests = [
        build("POST", "/token", form={"password": password}),
        build("POST", "/token", form={"password": password, "grant_type": "password"}),
        build("POST", "/token", form={**login, "grant_type": "another"}),
        build("POST", "/token", json=login),
    ]
    for exchange in api.send_all(requests):
        repeated = exchange.answer is not None and password in exchange.answer.text
        expect(not repeated, exchange, "an answer that does not repeat the password")


def _ask(api: Api, question: str, **more: Any) -> tuple[Exchange, list[Any]]:
    exchange = api.post("/ask", json={"question": question, **more})
    return exchange, _sources(exchange)


def _sources(exchange: Exchange) -> list[Any]:
    expect_success(exchange)
    sources = expect_object(exchange).get("sources")
    expect(isinstance(sources, list), exchange, "sources to be a list")
    return list(sources or [])


def _document(name: str, text: str) -> Request:
    return build("POST", "/upload", files={"file": (name, text.encode(), "text/plain")})


@requirement("ask-top-k-bounds")
def test_top_k_is_one_to_twenty_and_bounds_the_sources(api: Api) -> None:
    for top_k in (0, -1, 21, 100):
        expect_error_at(api.post("/ask", json={"question": "why?", "top_k": top_k}), "top_k")
    topic = f"topic{secrets.token_hex(4)}"
    uploads = [_document(f"{topic}-{n}.txt", f"Note {n} tells something about {topic}.") for n in range(8)]
    for exchange in api.send_all(uploads):
        expect_success(exchange)
    for more, most in (({"top_k": 1}, 1), ({"top_k": 3}, 3), ({"top_k": 20}, 20), ({}, 5)):
        exchange, sources = _ask(api, f"What is told about {topic}?", **more)
        expect(len(sources) <= most, exchange, f"at most {most} sources", f"there are {len(sources)}")
    default = expect_object(exchange).get("top_k", 5)
    expect(default == 5, exchange, "top_k to be 5 where it is not sent", f"it is {default}")
    _expect_as_many(api, f"What is told about {topic}?")


def _expect_as_many(api: Api, question: str) -> None:
    """Expect as many sources where no number is sent as for 5, within the time that an index may take."""
    deadline = time.monotonic() + _INDEXED_WITHIN
    while True:
        (_, five), (exchange, by_default) = _ask(api, question, top_k=5), _ask(api, question)
        if len(by_default) == len(five):
            return
        note = f"there are {len(by_default)}"
        expect(time.monotonic() < deadline, exchange, f"{len(five)} sources, as for a top_k of 5", note)
        time.sleep(_BETWEEN)


@requirement("ask-grounded")
def test_a_question_finds_the_text_that_answers_it(api: Api) -> None:
    tag = secrets.token_hex(4)
    harbours = ["Aldera", "Borvik", "Cendra", "Dorvaal", "Elvmo"]
    facts = [
        (
            f"{tag}-{n}.txt",
            f"The lighthouse of {name}{tag} was painted by captain Q{n}{tag}.",
            f"Who painted the lighthouse of {name}{tag}?",
        )
        for n, name in enumerate(harbours)
    ]
    facts.append((f"{tag}-zh.txt", f"海港{tag}的灯塔是由渔夫王明粉刷成蓝色的。", f"海港{tag}的灯塔是什么颜色?"))
    # Whoever reads the beginning alone, or keeps one text under a name, does not know these.
    filler = "".join(f"Soup number {n} is made of carrots and {n} onions. " for n in range(_LONG))
    for kind, before in (("long", filler), ("again", "")):
        fact = f"{before}The bridge of {kind}{tag} was built by mason M{kind}{tag}."
        facts.append((f"{tag}-{kind}.txt", fact, f"Who built the bridge of {kind}{tag}?"))
    expect_success(api.send(_document(f"{tag}-again.txt", "Soup is made of carrots.")))
    # Whoever picks texts at random finds the right one among few.
    others = [(f"{tag}-soup-{n}.txt", f"Soup number {n} is made of carrots and {n} onions.") for n in range(_OTHERS)]
    uploads = [*((name, text) for name, text, _ in facts), *others]
    for exchange in api.send_all([_document(name, text) for name, text in uploads]):
        expect_success(exchange)
    for name, text, question in facts:
        _expect_found(api, question, name, text)


def _expect_found(api: Api, question: str, name: str, text: str) -> None:
    """Expect a text among the sources within the time that an index may take, and from then on each time."""
    expected = f"a source with the filename {name} or a passage of its text"
    deadline = time.monotonic() + _INDEXED_WITHIN
    while True:
        exchange, sources = _ask(api, question)
        if any(_is_from(source, name, text) for source in sources):
            break
        expect(time.monotonic() < deadline, exchange, expected)
        time.sleep(_BETWEEN)
    # Another worker may take as long again.
    for _ in range(2):
        again = api.send_all([build("POST", "/ask", json={"question": question})] * _AGAIN)
        lost = [each for each in again if not any(_is_from(source, name, text) for source in _sources(each))]
        if not lost:
            return
        time.sleep(max(0.0, deadline - time.monotonic()))
    expect(False, lost[0], expected, "the question before found it")


def _is_from(source: Any, name: str, text: str) -> bool:
    if not isinstance(source, dict):
        return False
    passage = source.get("text")
    return source.get("filename") == name or (
        isinstance(passage, str) and len(passage) > 10 and passage.strip() in text
    )


@requirement("rejected-changes-nothing")
@given(boundaries=[{"price": "cheap"}, {"price": None}, _INFINITE, {"name": []}, {"name": ...}, {"price": ...}])
def test_a_refused_item_is_not_stored(api: Api, wrong: dict[str, Any]) -> Flow:
    # Others may write meanwhile: only as many more items as were refused are one too many.
    for _ in range(2):
        before = _listing.read((yield build("GET", "/items", query={"limit": 1})))
        # Each has a name of its own, as what is kept under its name is kept once.
        refused = yield [build("POST", "/items", json=_wrong_item(wrong)) for _ in range(_REFUSED)]
        after = _listing.read((yield build("GET", "/items", query={"limit": 1})))
        if wrong == _INFINITE and any(exchange.status != 422 for exchange in refused):
            # That it is refused is body-non-finite's matter.
            return
        for exchange in refused:
            expect_status(exchange, 422)
        if after.total - before.total < _REFUSED:
            return
    expect(
        False, after.exchange, f"total to stay {before.total} after {_REFUSED} refused items", f"it is {after.total}"
    )


def _wrong_item(wrong: dict[str, Any]) -> dict[str, Any]:
    right = {"name": f"refused-{secrets.token_hex(4)}", "price": 1.5}
    return {name: value for name, value in {**right, **wrong}.items() if value is not ...}
