"""A request is broken in one place, by values that no idiomatic server reads leniently."""

from typing import Any

import pytest

from conformance.properties import Draws
from conformance.suite.api._broken import Broken, broken
from conformance.suite.api._requests import OMITTED, Values, as_json
from conformance.suite.api._samples import Sampler
from tests.suite.api.makers import TEXT, operation, schemas_of, taking

SCHEMAS = schemas_of({})
SIZE = {"type": "integer", "minimum": 1, "maximum": 9}
SAMPLER = Sampler(SCHEMAS, Draws(1, "quick", "edges"))


def query(schema: Any, valid: Any, *, required: bool = False) -> list[Broken]:
    asked = operation("GET /things", parameters=[{"name": "it", "in": "query", "required": required, "schema": schema}])
    return list(broken(asked, Values({("query", "it"): valid}), SCHEMAS))


def body(schema: Any, valid: Any, media_type: str = "application/json") -> list[Broken]:
    asked = operation("POST /things", requestBody=taking(schema, media_type))
    return list(broken(asked, Values(body=valid), SCHEMAS))


def values(found: list[Broken], rule: str) -> list[Any]:
    return [each.values.parameters.get(("query", "it"), OMITTED) for each in found if each.rule == rule]


@pytest.mark.parametrize(
    ("schema", "valid", "rule", "wrong"),
    [
        (SIZE, 5, "minimum", 0),
        (SIZE, 5, "maximum", 10),
        ({"type": "integer", "exclusiveMinimum": 1}, 5, "minimum", 1),
        ({"type": "string", "minLength": 3}, "abc", "minLength", "xx"),
        ({"type": "string", "maxLength": 3}, "abc", "maxLength", "xxxx"),
        ({"enum": ["a", "b"]}, "a", "enum", "surely-no-such-value"),
        ({**TEXT, "format": "uuid"}, "x", "format uuid", "surely-no-such-value"),
        ({"type": "array", "items": {"enum": ["a"]}}, ["a"], "enum", ["surely-no-such-value"]),
    ],
)
def test_each_rule_is_broken_by_the_nearest_value(schema: Any, valid: Any, rule: str, wrong: Any) -> None:
    assert wrong in values(query(schema, valid), rule)


@pytest.mark.parametrize(
    ("schema", "valid", "rule", "wrong"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 12, "multipleOf": 3}, 3, "multipleOf", [4]),
        ({"type": "number", "multipleOf": 0.5}, 1, "multipleOf", [0.25]),
        ({"type": "integer", "maximum": 2, "multipleOf": 3}, 0, "multipleOf", [1]),
        ({"type": "array", "minItems": 2, "items": TEXT}, ["a", "b"], "minItems", [["a"]]),
        ({"type": "object", "minProperties": 1, "properties": {"a": TEXT}}, {"a": "b"}, "minProperties", [{}]),
        ({"type": "string", "pattern": "^[a-c]{2}$"}, "ab", "pattern", ["ab!", "!ab"]),
    ],
)
def test_a_part_of_a_body_is_broken_in_nothing_else(schema: Any, valid: Any, rule: str, wrong: list[Any]) -> None:
    found = body({"type": "object", "properties": {"it": schema}}, {"it": valid})

    assert [each.values.body["it"] for each in found if each.rule == rule][-len(wrong) :] == wrong


def test_what_a_map_holds_is_broken() -> None:
    found = body({"type": "object", "additionalProperties": SIZE}, {})

    assert {each.rule for each in found} >= {"minimum", "maximum"}


def test_what_is_required_is_left_out_and_what_is_not_is_kept() -> None:
    assert values(query(SIZE, 5, required=True), "required") == [OMITTED]
    assert values(query(SIZE, 5), "required") == []


@pytest.mark.parametrize(
    "schema",
    [
        TEXT,
        {},
        {**TEXT, "format": "binary"},
        {**TEXT, "format": "password"},
        {"anyOf": [SIZE, TEXT]},
        {"type": ["string", "null"]},
        {"type": "object", "properties": {"a": SIZE}},
        {"type": "array", "items": TEXT},
    ],
    ids=str,
)
def test_where_a_query_can_hold_anything_nothing_is_broken(schema: Any) -> None:
    assert query(schema, "valid") == []


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_is_never_broken_by_what_is_leniently_one(kind: str) -> None:
    found = body({"type": "object", "properties": {"it": {"type": kind}}}, {"it": 5})

    wrong = [each.values.body["it"] for each in found if each.part == "it"]
    assert wrong
    assert not [each for each in wrong if isinstance(each, (int, float)) or str(each).strip("-.").isdigit()]


def test_what_one_of_several_types_reads_leniently_is_not_broken() -> None:
    found = body({"type": "object", "properties": {"it": {"anyOf": [SIZE, {"type": "boolean"}]}}}, {"it": 5})

    assert [each.values.body["it"] for each in found if each.rule == "minimum"] == []
    assert [each.values.body["it"] for each in found if each.rule == "maximum"] == [10]


def test_every_broken_body_is_refused_by_its_schema() -> None:
    inner = {"type": "object", "required": ["n"], "properties": {"n": SIZE, "tags": {"type": "array", "items": SIZE}}}
    schema = {
        "type": "object",
        "required": ["inner", "kind"],
        "additionalProperties": False,
        "properties": {"inner": inner, "kind": {"enum": ["a", "b"]}, "free": {"type": ["string", "null"]}},
    }

    found = body(schema, {"inner": {"n": 5, "tags": [1]}, "kind": "a", "free": "text"})

    whole = [each for each in found if each.values.body is not OMITTED]
    assert [each for each in whole if SCHEMAS.accepts(schema, as_json(each.values.body), "request")] == []
    assert {each.part for each in found} == {"", "inner", "n", "tags", "kind", "free", "surely-no-such-value"}
    assert {"required", "type", "minimum", "maximum", "enum", "additionalProperties", "JSON"} <= {e.rule for e in found}


def test_only_what_can_be_null_is_not_broken_by_it() -> None:
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": TEXT, "b": {"type": ["string", "null"]}}}

    found = [each for each in body(schema, {"a": "x", "b": "y"}) if isinstance(each.values.body, dict)]

    assert [each.part for each in found if None in each.values.body.values()] == ["a"]


def test_a_field_of_a_form_is_broken_by_texts_alone() -> None:
    schema = {"type": "object", "required": ["n"], "properties": {"n": SIZE, "file": {**TEXT, "format": "binary"}}}

    found = body(schema, {"n": 5, "file": b"content"}, "multipart/form-data")

    assert {(each.part, each.rule) for each in found} == {
        ("n", "required"),
        ("n", "type"),
        ("n", "minimum"),
        ("n", "maximum"),
    }
    assert not [each for each in found if isinstance(each.values.body.get("n"), (dict, list))]


def test_a_form_that_lacks_its_only_field_has_another() -> None:
    schema = {"type": "object", "required": ["file"], "properties": {"file": {**TEXT, "format": "binary"}}}

    (found,) = body(schema, {"file": b"content"}, "multipart/form-data")

    assert (found.part, found.rule) == ("file", "required")
    assert list(found.values.body) not in ([], ["file"])


def test_a_body_that_is_no_json_is_not_broken() -> None:
    assert body(TEXT, "text", "text/plain") == []


def test_a_broken_part_is_told_with_its_place_and_pointer() -> None:
    [first, *_] = query(SIZE, 5)

    assert str(first).startswith("query it breaks ")
    assert first.pointer == "#/paths/~1things/get/parameters (it)"


def test_a_list_that_is_too_long_is_too_long_as_a_set_too() -> None:
    schema = {"type": "array", "maxItems": 3, "uniqueItems": True, "items": TEXT}
    found = [each.values.body for each in body(schema, ["a"]) if each.rule == "maxItems"]

    assert [len(set(each)) for each in found] == [4]


ROW = {"type": "object", "required": ["code"], "properties": {"code": {**TEXT, "pattern": "^[a-z]$"}}}


@pytest.mark.parametrize(("items", "one"), [(ROW, {"code": "a"}), ({**TEXT, "format": "email"}, "a@example.com")])
def test_a_list_that_is_too_long_holds_what_fits(items: Any, one: Any) -> None:
    schema = {"type": "array", "maxItems": 2, "items": items}

    assert [each.values.body for each in body(schema, [one]) if each.rule == "maxItems"] == [[one] * 3]
    assert values(query(schema, [one]), "maxItems") == [[one] * 3]


def test_a_model_that_asks_for_nothing_may_be_read_from_any_value() -> None:
    lax = {"type": "object", "properties": {"name": TEXT}}

    assert {each.rule for each in body(lax, {"name": "pen"}) if not each.part} == {"JSON"}
    assert "type" in {each.rule for each in body({**lax, "required": ["name"]}, {"name": "pen"}) if not each.part}
    assert "type" in {each.rule for each in body({"type": "object"}, {}) if not each.part}


def test_a_body_of_which_nothing_is_asked_may_be_left_out() -> None:
    """Express and Hono read no body as an empty object."""
    properties = {"type": "object", "properties": {"name": TEXT}}

    absent = [
        [each for each in body({**properties, **more}, {"name": "pen"}) if each.values.body is OMITTED]
        for more in ({}, {"required": ["name"]})
    ]

    assert [{each.rule for each in listed} for listed in absent] == [{"JSON"}, {"required", "JSON"}]


def test_a_list_of_one_text_is_no_wrong_type_of_a_text() -> None:
    """Ajv takes it for that text where types are coerced, as Fastify has it."""
    assert [
        each.values.body["it"]
        for each in body({"type": "object", "properties": {"it": TEXT}}, {"it": "pen"})
        if each.rule == "type"
        and isinstance(each.values.body, dict)
        and isinstance(each.values.body["it"], list)
        and len(each.values.body["it"]) == 1
    ] == []


def test_what_any_text_has_is_not_looked_for_in_a_text() -> None:
    """Django Ninja reads a text by its attributes, and every text has a method of that name."""
    properties = {"title": TEXT, "note": TEXT}

    whole = {
        name: [
            each.values.body
            for each in body({"type": "object", "required": [name], "properties": properties}, {name: "x"})
            if each.rule == "type" and not each.part
        ]
        for name in properties
    }

    assert [type(each).__name__ for each in whole["title"]] == ["int"]
    assert [type(each).__name__ for each in whole["note"]] == ["str", "int"]
