"""Values are made that a schema accepts: fresh ones, the same from the same seed, or none and a reason."""

from typing import Any

import pytest

from conformance.properties import Draws
from conformance.suite.api._requests import OMITTED, as_json
from conformance.suite.api._samples import Sampler, Unsampled, bounds, kind_of
from tests.suite.api.makers import schemas_of

TREE = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "value": {"type": "integer"}}}
ENDLESS = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Endless"}}}
PET = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
COMPONENTS: dict[str, Any] = {"schemas": {"Tree": TREE, "Endless": ENDLESS, "Pet": PET}}


def sampler(seed: int = 1, known: Any = lambda _: OMITTED, version: str = "3.1.0") -> Sampler:
    return Sampler(schemas_of({}, version, **COMPONENTS), Draws(seed, "quick", "samples"), known)


SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 7, "maximum": 7},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"type": "integer", "maximum": -50},
    {"type": "integer", "multipleOf": 7, "minimum": 100, "maximum": 108},
    {"type": "number", "minimum": 0.1, "maximum": 0.2},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "number", "multipleOf": 0.01, "minimum": 1},
    {"type": "string", "minLength": 300},
    {"type": "string", "maxLength": 3},
    {"type": "string", "maxLength": 0},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
    {"type": "string", "pattern": r"^\+?[1-9]\d{1,14}$"},
    {"type": "string", "pattern": "^(foo|bar)$"},
    {"type": "string", "pattern": "^[a-z]+$", "minLength": 20, "maxLength": 30},
    *({"type": "string", "format": form} for form in ("uuid", "date", "date-time", "email", "ipv4", "ipv6", "uri")),
    {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "items": {"type": "string"}, "maxItems": 0},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"type": "object", "propertyNames": {"pattern": "^k"}, "minProperties": 1},
    {"type": ["string", "null"], "minLength": 4},
    {"type": ["null", "integer"]},
    {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 5}]},
    {"oneOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "required": ["dog"]}]},
    {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"required": ["name"], "properties": {"name": {"minLength": 2}}}]},
    {
        "allOf": [
            {"properties": {"kind": {"type": "string"}}, "required": ["kind"]},
            {"type": "object", "properties": {"kind": {"enum": ["cat"]}}},
        ]
    },
    {"$ref": "#/components/schemas/Tree"},
    {"enum": [None, "only"]},
    {"const": 0},
    {"not": {"type": "string"}, "type": ["string", "integer"]},
    {"type": "object", "dependentRequired": {"a": ["b"]}, "properties": {"a": {"type": "string"}}},
    {},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "least"])
def test_a_value_is_accepted_by_its_schema(schema: dict[str, Any], *, whole: bool) -> None:
    made = sampler()

    value = made.value(schema, "it", whole=whole)

    assert made.schemas.accepts(schema, as_json(value), "request")


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Endless"},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"not": {}},
        {"type": "array", "minItems": 100_000, "items": {"type": "integer"}},
    ],
    ids=str,
)
def test_where_there_is_no_value_one_line_says_so(schema: dict[str, Any]) -> None:
    with pytest.raises(Unsampled, match="no value of the schema of it could be made"):
        sampler().value(schema, "it")


def test_an_example_stands_in_where_nothing_can_be_made() -> None:
    hard = {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[0-9])(?!.*(.).*\\1)[A-Z0-9]{9}$", "example": "ABC123DEF"}

    assert sampler().value(hard | {"pattern": "^(?!)|^ABC123DEF$"}) == "ABC123DEF"


@pytest.mark.parametrize("pattern", ["^(?!)$", "^(?=a)b$"])
def test_a_pattern_that_nothing_matches_has_no_value(pattern: str) -> None:
    with pytest.raises(Unsampled):
        sampler().value({"type": "string", "pattern": pattern, "example": "a"}, "it")


def test_values_are_fresh_and_the_seed_replays_them() -> None:
    text = {"type": "string"}
    one, same, other = sampler(1), sampler(1), sampler(2)

    first, second = one.value(text), one.value(text)

    assert first != second
    assert [same.value(text), same.value(text)] == [first, second]
    assert other.value(text) != first


def test_the_least_is_what_is_required_and_the_whole_is_everything() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}

    assert set(sampler().value(schema, whole=False)) == {"a"}
    assert set(sampler().value(schema)) == {"a", "b"}


def test_what_is_read_only_is_not_sent() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "readOnly": True}}}

    assert sampler().value(schema) == {}


def test_a_reference_to_a_known_thing_is_used_where_the_schema_takes_it() -> None:
    schema = {"type": "object", "properties": {"owner_id": {"type": "integer"}, "name": {"type": "string"}}}
    known = {"owner_id": 7}

    assert sampler(known=lambda name: known.get(name, OMITTED)).value(schema)["owner_id"] == 7
    assert isinstance(sampler(known=lambda _: "text").value(schema)["owner_id"], int)


def test_exclusive_bounds_are_read_as_3_0_writes_them() -> None:
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": True}

    assert sampler(version="3.0.3").value(schema) == 4


@pytest.mark.parametrize(
    ("schema", "kind", "found"),
    [
        ({"minimum": 1, "maximum": 9}, "integer", (1, 9)),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 9}, "integer", (2, 8)),
        ({"minimum": 5, "exclusiveMinimum": 1}, "integer", (5, None)),
        ({"minimum": 1, "exclusiveMinimum": False}, "integer", (1, None)),
        ({"minimum": "0.00", "maximum": 9}, "number", (None, 9)),
        ({}, "number", (None, None)),
    ],
)
def test_bounds_are_the_least_and_the_greatest_value(schema: Any, kind: str, found: Any) -> None:
    assert bounds(schema, kind) == found


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer"}, "integer"),
        ({"type": ["null", "array"]}, "array"),
        ({"properties": {}}, "object"),
        ({"items": {}}, "array"),
        ({"minimum": 0}, "number"),
        ({}, "string"),
    ],
)
def test_a_schemas_kind_is_told_by_its_type_or_its_keywords(schema: Any, kind: str) -> None:
    assert kind_of(schema) == kind


def test_a_text_by_its_pattern_is_not_empty_where_it_need_not_be() -> None:
    assert sampler().value({"type": "string", "pattern": "^-?[0-9]{0,6}$"}) != ""


def test_a_file_is_no_identifier() -> None:
    file = {"type": "string", "contentMediaType": "application/octet-stream"}

    assert isinstance(sampler(known=lambda _: "7").value(file, "file"), bytes)


def test_what_is_told_takes_the_place_of_what_would_be_made_up_where_that_is_asked_for() -> None:
    text = {"type": "string"}
    told = {"properties": {"sku": text, "country": text | {"examples": ["FR"]}, "size": text | {"maxLength": 3}}}
    made = Sampler(
        schemas_of({}), Draws(1, "quick", "samples"), named=lambda name: {"sku": "TEA-001"}.get(name, OMITTED)
    )

    found = made.value(told, told=True)

    assert (found["sku"], found["country"]) == ("TEA-001", "FR")
    assert len(found["size"]) <= 3
    assert made.value(told)["sku"] != "TEA-001"


def test_texts_of_a_pattern_that_is_drawn_differ_as_names_may_have_to_be_unique() -> None:
    made, schema = sampler(), {"type": "string", "pattern": "^[A-HJ-NPR-Z0-9]{17}$"}

    assert len({made.value(schema) for _ in range(5)}) == 5
