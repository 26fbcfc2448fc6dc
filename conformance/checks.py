"""What suite tests expect of an exchange; what does not hold raises Mismatch with the evidence."""

import json
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from conformance.exchange import Exchange
from conformance.websocket import Conversation

Where = str | int


class Mismatch(Exception):
    """A target does not do what a requirement says.

    ``expected`` says what should have come, ``note`` what is wrong with what came.
    """

    def __init__(self, evidence: Exchange | Conversation | None, expected: str, note: str = "") -> None:
        super().__init__(expected, note)
        self.evidence = evidence
        self.expected = expected
        self.note = note


class CannotTell(Exception):
    """The requirement cannot be verified on this target: what it would need is the message.

    ``applies`` is false where the requirement does not concern this kind of target at all.
    """

    def __init__(self, reason: str, applies: bool = True) -> None:
        super().__init__(reason)
        self.applies = applies


def fail(evidence: Exchange | Conversation | None, expected: str, note: str = "") -> None:
    """Raise Mismatch."""
    raise Mismatch(evidence, expected, note)


def expect(holds: bool, evidence: Exchange | Conversation | None, expected: str, note: str = "") -> None:
    """Raise Mismatch unless something holds."""
    if not holds:
        raise Mismatch(evidence, expected, note)


def expect_status(exchange: Exchange, *allowed: int) -> None:
    """Expect one of these status codes."""
    expect(exchange.status in allowed, exchange, " or ".join(map(str, allowed)))


def expect_success(exchange: Exchange) -> None:
    """Expect any 2xx."""
    expect(exchange.status is not None and 200 <= exchange.status < 300, exchange, "a 2xx status")


def expect_json(exchange: Exchange) -> Any:
    """Expect a JSON body of a JSON media type and give its value."""
    expect(exchange.answer is not None, exchange, "an answer")
    assert exchange.answer is not None
    kind = exchange.answer.media_type
    expect(
        kind == "application/json" or kind.endswith("+json"),
        exchange,
        "a JSON answer (Content-Type: application/json)",
        f"its content type is {kind or 'not given'}",
    )
    return parse_json(exchange)


def parse_json(exchange: Exchange) -> Any:
    """Expect a JSON body, whatever its media type is called, and give its value."""
    expect(exchange.answer is not None, exchange, "an answer")
    assert exchange.answer is not None
    expect(not exchange.answer.truncated, exchange, "a JSON body", "the body has no end, or is far too long")
    try:
        return exchange.answer.json()
    except (ValueError, RecursionError) as error:
        raise Mismatch(exchange, "a JSON body", f"the body is no JSON: {error}") from None


def expect_object(exchange: Exchange) -> dict[str, Any]:
    """Expect a JSON object and give it."""
    value = expect_json(exchange)
    expect(isinstance(value, dict), exchange, "a JSON object")
    return dict(value)


def expect_exactly(exchange: Exchange, wanted: Mapping[str, Any]) -> None:
    """Expect a JSON object of these keys and values and no others."""
    value = expect_object(exchange)
    shown = json.dumps(wanted, ensure_ascii=False)
    expect_keys(exchange, value, wanted)
    for key, each in wanted.items():
        expect(same(value[key], each), exchange, f"exactly {shown}", f"{key} is {json.dumps(value[key])}")


def expect_keys(exchange: Exchange, value: Mapping[str, Any], names: Collection[str]) -> None:
    """Expect an object of exactly these keys."""
    expected = f"an object with exactly: {', '.join(names)}"
    for name in names:
        expect(name in value, exchange, expected, f"{name} is missing")
    for key in value:
        expect(key in names, exchange, expected, f"{key} is not in the model")


def expect_value(exchange: Exchange, key: str, wanted: Any) -> None:
    """Expect a JSON object that has this value under a key."""
    value = expect_object(exchange)
    shown = f"{key} equal to {json.dumps(wanted, ensure_ascii=False)}"
    expect(key in value, exchange, shown, f"{key} is missing")
    expect(same(value[key], wanted), exchange, shown, f"{key} is {json.dumps(value[key], ensure_ascii=False)}")


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal; numbers by value, and no truth value is a number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_number(one) and is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def expect_error_at(exchange: Exchange, *where: str) -> None:
    """Expect a 422 one of whose entries has a ``loc`` that ends at a field.

    With one name the field's, whatever it came from and stands in; with more they are the whole of it:
    ``("query", "limit")``.
    """
    expect_status(exchange, 422)
    found = list(error_locations(exchange))
    whole = len(where) > 1
    expected = f"a 422 whose loc {'is ' + json.dumps(list(where)) if whole else 'ends at ' + json.dumps(where[0])}"
    hit = any(loc == list(where) if whole else loc[-1:] == list(where) for loc in found)
    expect(hit, exchange, expected, f"its loc is {', '.join(json.dumps(loc) for loc in found) or 'missing'}")


def error_locations(exchange: Exchange) -> Iterable[list[Where]]:
    """Give every ``loc`` of a 422 that has any, whatever else is wrong with it."""
    value = parse_json(exchange)
    detail = value.get("detail") if isinstance(value, dict) else None
    for entry in detail if isinstance(detail, list) else ():
        loc = entry.get("loc") if isinstance(entry, dict) else None
        if isinstance(loc, list):
            yield loc


def expect_validation_shape(exchange: Exchange) -> None:
    """Expect the contract's shape of a 422 (FastAPI's HTTPValidationError)."""
    value = expect_json(exchange)
    shape = 'a 422 of the shape {"detail": [{"loc": [str or int…], "msg": str, "type": str}…]}'
    detail = value.get("detail") if isinstance(value, dict) else None
    expect(isinstance(detail, list) and len(detail) > 0, exchange, shape, "detail is no list of entries")
    for entry in detail or ():
        expect(isinstance(entry, dict), exchange, shape, "an entry is no object")
        loc = entry.get("loc")
        expect(isinstance(loc, list) and len(loc) > 0, exchange, shape, "loc is no list")
        steps = all(isinstance(step, (str, int)) and not isinstance(step, bool) for step in loc)
        expect(steps, exchange, shape, "loc holds something else than text and integers")
        sources = ("path", "query", "body", "header", "cookie")
        expect(loc[0] in sources, exchange, shape, f"loc starts with {json.dumps(loc[0])}, not with its source")
        for key in ("msg", "type"):
            expect(isinstance(entry.get(key), str), exchange, shape, f"{key} is no text")
