"""A value that was read is the one that was written, in whatever form servers write it."""

from typing import Any

import pytest

from conformance.suite.api._compared import difference, in_common
from tests.suite.api.makers import TEXT, schemas_of

SCHEMAS = schemas_of({})


def lost(schema: Any, sent: Any, shown: Any) -> bool:
    properties = {"type": "object", "properties": {"it": schema}}
    return difference(SCHEMAS, properties, {"it": sent}, {"it": shown}) is not None


@pytest.mark.parametrize(
    ("schema", "sent", "shown"),
    [
        (TEXT, "pen", "pen"),
        (TEXT, " Pen ", "pen"),
        ({"type": "number"}, 1.5, "1.50"),
        ({"type": "integer"}, 2, 2.0),
        ({**TEXT, "format": "decimal"}, "1", "1.00"),
        ({**TEXT, "format": "date-time"}, "2024-01-02T10:00:00Z", "2024-01-02T12:00:00+02:00"),
        ({**TEXT, "format": "date-time"}, "2024-01-02T10:00:00Z", "2024-01-02T10:00:00.000123"),
        ({**TEXT, "format": "uri"}, "https://example.com", "https://example.com/"),
        ({**TEXT, "writeOnly": True}, "secret", "****"),
        ({"type": "array", "items": TEXT}, ["a", "b"], ["b", "a"]),
        ({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}, [1, 2.0], [1.0, 2]),
        ({"type": "array", "items": {"type": "object"}}, [{"a": 1}], [{"a": 1, "id": 7}]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}, {"a": 1, "id": 7}),
        ({"type": "integer"}, 7, {"id": 7}),
        ({}, None, None),
        ({"type": "boolean"}, True, True),
    ],
)
def test_the_same_value_in_another_form_is_not_lost(schema: Any, sent: Any, shown: Any) -> None:
    assert not lost(schema, sent, shown)


@pytest.mark.parametrize(
    ("schema", "sent", "shown"),
    [
        (TEXT, "pen", "ink"),
        (TEXT, "1", "1.00"),
        ({"type": "array", "items": {"type": "object"}}, [{"a": 1}], []),
        ({"type": "array", "items": {"properties": {"a": TEXT}}}, [{"a": "b"}], [{"a": "c", "id": 7}]),
        ({**TEXT, "format": "decimal"}, "1.5", "1.00"),
        ({"type": "number"}, 1.5, 1),
        ({"type": "number"}, 1.5, "much"),
        ({"type": "boolean"}, True, False),
        ({"type": "boolean"}, True, 1),
        (TEXT, "pen", None),
        ({"type": ["string", "null"]}, None, ""),
        ({**TEXT, "format": "date-time"}, "2024-01-02T10:00:00Z", "2024-01-02T10:00:00+02:00"),
        ({**TEXT, "format": "date"}, "2024-01-02", "2024-01-03"),
        ({"type": "array", "items": TEXT}, ["a", "b"], ["a"]),
        ({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}, [1, 2], [2, 1]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}, {"a": 2}),
    ],
)
def test_another_value_is_lost(schema: Any, sent: Any, shown: Any) -> None:
    assert lost(schema, sent, shown)


def test_what_only_one_side_names_is_not_compared() -> None:
    assert difference(SCHEMAS, {}, {"password": "x"}, {"id": 7}) is None


def test_an_identifier_is_the_servers_to_give() -> None:
    assert difference(SCHEMAS, {}, {"id": "mine", "name": "a"}, {"id": 7, "name": "a"}) is None


def test_of_several_alternatives_the_one_that_was_sent_says_how_a_value_is_read() -> None:
    event: dict[str, Any] = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "event"}}}
    lasting = {**event["properties"], "kind": {"const": "timer"}, "within": {**TEXT, "format": "duration"}}
    schema = {"oneOf": [event, {"type": "object", "required": ["kind"], "properties": lasting}]}

    assert difference(SCHEMAS, schema, {"kind": "timer", "within": "PT1H"}, {"kind": "timer", "within": 3600.0}) is None


def test_the_property_that_was_lost_is_named() -> None:
    assert difference(SCHEMAS, {}, {"a": 1, "b": 2}, {"a": 1, "b": 3}) == ("b", 2, 3)


def test_what_changes_by_itself_is_not_in_common() -> None:
    assert in_common({"a": 1, "seen": 1, "in": {"x": 1, "y": 2}}, {"a": 1, "seen": 2, "in": {"x": 1, "y": 3}}) == {
        "a": 1,
        "in": {"x": 1},
    }
