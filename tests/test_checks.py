"""Checks hold for what the contract allows, and say what is wrong with everything else."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import checks
from conformance.checks import Mismatch
from conformance.exchange import Exchange
from tests.makers import JSON, answered, said, unanswered

PLAIN = (("Content-Type", "text/plain"),)
ENTRY = {"loc": ["body", "price"], "msg": "no number", "type": "float_parsing"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def mismatch(check: Callable[..., Any], *arguments: Any) -> Mismatch:
    with pytest.raises(Mismatch) as raised:
        check(*arguments)
    return raised.value


def refused(*entries: Any) -> Exchange:
    return said({"detail": list(entries)}, 422)


def test_a_status_among_the_allowed_ones_holds() -> None:
    checks.expect_status(answered(204), 200, 204)


def test_another_status_names_the_allowed_ones() -> None:
    assert mismatch(checks.expect_status, answered(500), 200, 204).expected == "200 or 204"


def test_no_answer_has_no_status() -> None:
    assert mismatch(checks.expect_status, unanswered(), 200).evidence == unanswered()


@pytest.mark.parametrize("status", [200, 299])
def test_every_2xx_is_a_success(status: int) -> None:
    checks.expect_success(answered(status))


@pytest.mark.parametrize("exchange", [answered(199), answered(300), unanswered()])
def test_nothing_else_is_a_success(exchange: Exchange) -> None:
    mismatch(checks.expect_success, exchange)


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json", "Application/JSON; charset=utf-8"])
def test_json_may_be_of_any_json_media_type(kind: str) -> None:
    assert checks.expect_json(answered(headers=(("content-type", kind),))) == {}


@pytest.mark.parametrize(
    ("exchange", "note"),
    [
        (answered(headers=PLAIN), "its content type is text/plain"),
        (answered(headers=()), "its content type is not given"),
        (answered(body=b"<html>"), "the body is no JSON"),
        (answered(body=b""), "the body is no JSON"),
        (answered(body=b"\xff\xfe"), "the body is no JSON"),
        (answered(body=b"NaN"), "NaN is no JSON"),
        (answered(body=b'{"a": -Infinity}'), "-Infinity is no JSON"),
        (answered(body=b"[" * 200_000), "the body is no JSON"),
        (answered(body=b"{}", truncated=True), "the body has no end"),
    ],
)
def test_what_is_no_json_says_why(exchange: Exchange, note: str) -> None:
    assert note in mismatch(checks.expect_json, exchange).note


def test_no_answer_is_no_json() -> None:
    assert mismatch(checks.expect_json, unanswered()).expected == "an answer"


@pytest.mark.parametrize("value", [[], "text", 1, None])
def test_only_an_object_is_an_object(value: Any) -> None:
    assert mismatch(checks.expect_object, said(value)).expected == "a JSON object"


def test_a_missing_key_is_named() -> None:
    assert mismatch(checks.expect_exactly, said({}), {"ok": True}).note == "ok is missing"


def test_a_key_too_many_is_named() -> None:
    assert (
        mismatch(checks.expect_exactly, said({"ok": True, "debug": 1}), {"ok": True}).note
        == "debug is not in the model"
    )


def test_a_wrong_value_is_shown() -> None:
    assert mismatch(checks.expect_exactly, said({"ok": 1}), {"ok": True}).note == "ok is 1"


def test_exactly_these_keys_and_values_hold() -> None:
    checks.expect_exactly(said({"a": 1, "b": "ü"}), {"b": "ü", "a": 1})


def test_more_keys_than_the_expected_value_hold() -> None:
    checks.expect_value(said({"status": "ok", "uptime": 3}), "status", "ok")


def test_another_value_is_shown() -> None:
    assert mismatch(checks.expect_value, said({"status": "OK"}), "status", "ok").note == 'status is "OK"'


def test_a_value_that_is_not_there_is_missing() -> None:
    assert mismatch(checks.expect_value, said({}), "status", None).note == "status is missing"


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_the_same_as_itself(value: bool) -> None:
    assert checks.same(value, value)


@given(json_values)
def test_every_value_is_the_same_as_itself_after_a_journey_through_json(value: Any) -> None:
    assert checks.same(json.loads(json.dumps(value)), value)


@pytest.mark.parametrize(
    ("one", "other"), [(True, 1), (0, False), ("1", 1), (None, 0), ([], {}), (1, 1.5), (2**53 + 1, float(2**53))]
)
def test_values_of_another_kind_or_size_are_not_the_same(one: Any, other: Any) -> None:
    assert not checks.same(one, other)
    assert not checks.same(other, one)


def test_a_number_is_the_same_whether_it_is_whole_or_not() -> None:
    assert checks.same(1, 1.0)


@pytest.mark.parametrize("value", [True, "1", None, math.inf, math.nan])
def test_no_number_is_no_number(value: Any) -> None:
    assert not checks.is_number(value)


def test_an_error_ends_at_its_field() -> None:
    checks.expect_error_at(refused({"loc": ["body", "user", "age"]}), "age")


def test_any_of_several_errors_may_be_at_the_field() -> None:
    checks.expect_error_at(refused({"loc": ["body", "name"]}, ENTRY), "body", "price")


@pytest.mark.parametrize(
    ("exchange", "note"),
    [
        (refused({"loc": ["path", "price"]}), 'its loc is ["path", "price"]'),
        (refused({"loc": ["body", "name"]}, {"loc": ["body"]}), 'its loc is ["body", "name"], ["body"]'),
        (refused({"loc": []}), "its loc is []"),
        (refused({"loc": "body.price"}), "its loc is missing"),
        (said({"detail": "bad price"}, 422), "its loc is missing"),
        (said(["price"], 422), "its loc is missing"),
    ],
)
def test_an_error_somewhere_else_shows_where(exchange: Exchange, note: str) -> None:
    assert mismatch(checks.expect_error_at, exchange, "body", "price").note == note


@pytest.mark.parametrize("field", ["a", "z"])
def test_an_error_that_ends_elsewhere_is_not_at_the_field(field: str) -> None:
    assert mismatch(checks.expect_error_at, refused({"loc": ["body", field]}), "price").note


def test_an_error_of_another_status_is_about_the_status() -> None:
    assert mismatch(checks.expect_error_at, said({"detail": [ENTRY]}, 400), "price").expected == "422"


@pytest.mark.parametrize("source", ["path", "query", "body", "header", "cookie"])
def test_an_entry_of_the_shape_holds(source: str) -> None:
    checks.expect_validation_shape(refused(ENTRY | {"loc": [source, "items", 0], "input": None, "ctx": {}}))


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ([], "detail is no list of entries"),
        ({}, "detail is no list of entries"),
        ({"detail": "wrong"}, "detail is no list of entries"),
        ({"detail": []}, "detail is no list of entries"),
        ({"detail": ["wrong"]}, "an entry is no object"),
        ({"detail": [{"msg": "m", "type": "t"}]}, "loc is no list"),
        ({"detail": [ENTRY | {"loc": []}]}, "loc is no list"),
        ({"detail": [ENTRY | {"loc": "body.price"}]}, "loc is no list"),
        ({"detail": [ENTRY | {"loc": ["body", 1.5]}]}, "loc holds something else than text and integers"),
        ({"detail": [ENTRY | {"loc": ["body", True]}]}, "loc holds something else than text and integers"),
        ({"detail": [ENTRY | {"loc": ["price"]}]}, 'loc starts with "price", not with its source'),
        ({"detail": [ENTRY | {"msg": None}]}, "msg is no text"),
        ({"detail": [ENTRY | {"type": 3}]}, "type is no text"),
        ({"detail": [ENTRY, {}]}, "loc is no list"),
    ],
)
def test_another_shape_says_what_is_wrong_with_it(value: Any, note: str) -> None:
    assert mismatch(checks.expect_validation_shape, said(value, 422)).note == note


def test_a_422_of_another_content_type_has_not_the_shape() -> None:
    body = json.dumps({"detail": [ENTRY]}).encode()

    assert "content type" in mismatch(checks.expect_validation_shape, answered(422, body, PLAIN)).note


@given(st.binary(max_size=200), st.integers(100, 599), st.sampled_from([JSON, PLAIN, ()]))
def test_whatever_a_target_answers_a_check_ends_in_a_mismatch_or_holds(
    body: bytes, status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    exchange = answered(status, body, headers)
    for check in (checks.expect_object, checks.expect_validation_shape, lambda e: checks.expect_error_at(e, "a")):
        try:
            check(exchange)
        except Mismatch as wrong:
            assert wrong.evidence is exchange


@given(json_values)
def test_whatever_json_a_target_answers_a_check_ends_in_a_mismatch_or_holds(value: Any) -> None:
    exchange = said({"detail": value}, 422)
    for check in (checks.expect_validation_shape, lambda e: checks.expect_error_at(e, "body", "a")):
        try:
            check(exchange)
        except Mismatch as wrong:
            assert wrong.evidence is exchange


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (lambda e: checks.expect_error_at(e, "query", "é"), 'a 422 whose loc is ["query", "\\u00e9"]'),
        (lambda e: checks.expect_error_at(e, "limit"), 'a 422 whose loc ends at "limit"'),
        (lambda e: checks.expect_value(e, "q", "é"), 'q equal to "é"'),
        (lambda e: checks.expect_exactly(e, {"detail": "é"}), 'exactly {"detail": "é"}'),
    ],
    ids=["loc", "field", "value", "exactly"],
)
def test_what_is_expected_is_told_as_it_is(check: Callable[[Exchange], None], expected: str) -> None:
    assert mismatch(check, refused({"loc": ["path", "other"]})).expected == expected


@pytest.mark.parametrize("source", ["body", "path", "header"])
def test_an_error_from_another_source_is_another_error(source: str) -> None:
    mismatch(checks.expect_error_at, refused({"loc": [source, "limit"]}), "query", "limit")


def test_an_entry_without_a_source_shows_what_stands_in_its_place() -> None:
    found = mismatch(checks.expect_validation_shape, refused(ENTRY | {"loc": ["item", "price"]}))

    assert found.note == 'loc starts with "item", not with its source'


def test_what_cannot_be_told_concerns_the_target_unless_it_is_said_not_to() -> None:
    assert checks.CannotTell("no credentials").applies


def test_a_wrong_value_is_shown_as_it_came() -> None:
    assert mismatch(checks.expect_value, said({"q": "é"}), "q", "e").note == 'q is "é"'


@pytest.mark.parametrize("status", [199, 300, 301, 404, 500])
def test_only_a_2xx_is_a_success(status: int) -> None:
    assert mismatch(checks.expect_success, answered(status)).expected == "a 2xx status"


@pytest.mark.parametrize("field", ["kilo", "offset"])
def test_an_error_at_another_field_is_another_error(field: str) -> None:
    mismatch(checks.expect_error_at, refused({"loc": ["query", field]}), "query", "limit")
