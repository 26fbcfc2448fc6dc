"""A request is broken in one place, by values that no idiomatic server reads leniently; edges are valid."""

from typing import Any

import pytest

from conformance.properties import Draws
from conformance.suite.api._broken import Broken, broken
from conformance.suite.api._edges import edges, emptied, keeping_its_name, unlike, variants, widest
from conformance.suite.api._requests import OMITTED, Values, as_json
from conformance.suite.api._samples import Sampler
from conformance.suite.schemas import Schemas
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


def at_edges(schema: Any, valid: Any, schemas: Schemas = SCHEMAS) -> list[Any]:
    asked = operation("POST /things", requestBody=taking({"type": "object", "properties": {"it": schema}}))
    sampler = Sampler(schemas, Draws(1, "quick", "edges"))
    return [each.body.get("it", OMITTED) for each in edges(asked, Values(body={"it": valid}), sampler)]


@pytest.mark.parametrize(
    ("schema", "valid", "found"),
    [
        (SIZE, 5, [1, 9]),
        ({"type": "integer", "exclusiveMaximum": 9}, 5, [8]),
        ({"type": "number", "minimum": 0.5}, 5, [0.5]),
        ({"enum": ["a", "b"]}, "a", ["a", "b"]),
        ({"type": "boolean"}, True, [True, False]),
        ({"type": ["integer", "null"], "minimum": 2}, 5, [2, None]),
        ({"type": "integer", "readOnly": True, "minimum": 2}, 5, []),
        ({**TEXT, "format": "uuid"}, "x", []),
    ],
)
def test_the_edges_of_a_schema_are_tried_and_leaving_it_out(schema: Any, valid: Any, found: list[Any]) -> None:
    assert at_edges(schema, valid) == [OMITTED, *found]


def test_the_edges_of_what_is_within_an_object_are_tried() -> None:
    inner = {"type": "object", "required": ["size"], "properties": {"size": SIZE}}
    asked = operation("POST /things", requestBody=taking({"type": "object", "properties": {"inner": inner}}))
    found = [each.body for each in edges(asked, Values(body={"inner": {"size": 5}}), SAMPLER)]

    assert found == [{}, {"inner": {"size": 1}}, {"inner": {"size": 9}}]


def test_the_widest_body_has_the_most_of_everything() -> None:
    told = {"name": {**TEXT, "maxLength": 30}, "size": SIZE, "code": {**TEXT, "pattern": "^a$"}}
    asked = operation("POST /things", requestBody=taking({"type": "object", "properties": told}))
    found = widest(asked, Values(body={"name": "abc", "size": 5, "code": "a"}), SAMPLER)

    assert found is not None
    assert (len(found.body["name"]), found.body["size"], found.body["code"]) == (30, 9, "a")


def test_texts_are_of_any_script_and_of_the_least_and_greatest_length() -> None:
    found = at_edges({"type": "string", "minLength": 2, "maxLength": 50}, "text")[1:]

    assert [len(each) for each in found[1:]] == [2, 50]
    assert not found[0].isascii()


def test_texts_from_the_edges_are_fresh_since_a_name_may_be_taken() -> None:
    schema, sampler = {"type": "string", "minLength": 12, "maxLength": 50}, Sampler(SCHEMAS, Draws(1, "quick", "edges"))
    asked = operation("POST /things", requestBody=taking({"type": "object", "properties": {"it": schema}}))

    found = [each.body["it"] for _ in range(2) for each in edges(asked, Values(body={"it": "x"}), sampler) if each.body]

    assert len(found) == len(set(found)) == 6


def test_what_is_required_is_never_left_out() -> None:
    schema = {"type": "object", "required": ["it"], "properties": {"it": SIZE}}
    asked = operation("POST /things", requestBody=taking(schema))

    found = list(edges(asked, Values(body={"it": 5}), Sampler(SCHEMAS, Draws(1, "quick", "edges"))))

    assert [each.body["it"] for each in found] == [1, 9]


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


@pytest.mark.parametrize(
    ("properties", "nulls"),
    [({"a": TEXT, "b": {"type": ["string", "null"]}}, {"a": "x", "b": None}), ({"a": TEXT, "b": TEXT}, None)],
)
def test_what_may_be_null_is_emptied(properties: Any, nulls: Any) -> None:
    asked = operation("PUT /things", requestBody=taking({"type": "object", "properties": properties}))
    found = emptied(asked, Values(body={"a": "x", "b": "y"}), SCHEMAS)

    assert (found.body if found else None) == nulls


def test_what_a_thing_shows_already_is_taken_from_other_values() -> None:
    flags = {"type": "object", "properties": {"a": {"type": "boolean"}, "b": TEXT}}
    asked = operation("PUT /things", requestBody=taking(flags))
    drawn = [Values(body={"a": each, "b": text}) for each, text in ((True, "x"), (True, "y"), (False, "z"))]

    found = unlike({"a": True, "b": "w"}, asked, drawn[0], drawn[1:], SCHEMAS)

    assert found.body == {"a": False, "b": "x"}


def test_values_that_would_not_fit_together_stay() -> None:
    either = {"oneOf": [{"properties": {"a": {"const": n}, "b": {"const": n}}} for n in (1, 2)]}
    asked = operation("PUT /things", requestBody=taking(either))

    assert (
        unlike({"a": 1}, asked, Values(body={"a": 1, "b": 1}), [Values(body={"a": 2, "b": 2})], SCHEMAS).body["b"] == 1
    )


def test_a_model_that_asks_for_nothing_may_be_read_from_any_value() -> None:
    lax = {"type": "object", "properties": {"name": TEXT}}

    assert {each.rule for each in body(lax, {"name": "pen"}) if not each.part} == {"JSON"}
    assert "type" in {each.rule for each in body({**lax, "required": ["name"]}, {"name": "pen"}) if not each.part}
    assert "type" in {each.rule for each in body({"type": "object"}, {}) if not each.part}


def test_every_alternative_of_a_body_and_of_its_properties_is_tried() -> None:
    point = {"type": "object", "required": ["at"], "properties": {"at": {"type": "integer"}}}
    box = {"type": "object", "required": ["west"], "properties": {"west": {"type": "integer"}}}
    cafe = {"type": "object", "required": ["shape", "seats"], "properties": {"shape": {"oneOf": [point, box]}}}
    schema = {
        "oneOf": [cafe, {"type": "object", "required": ["height"], "properties": {"height": {"type": "integer"}}}]
    }
    asked = operation("POST /places", requestBody=taking(schema))
    first = Values(body={"shape": {"at": 7}, "seats": "x"})

    found = [each.body for each in variants(asked, first, Sampler(SCHEMAS, Draws(1, "quick", "variants")))]

    assert [sorted(each) for each in found] == [["height"], ["seats", "shape"]]
    assert "west" in found[1]["shape"]
    for each in found:
        assert {"height", "west"} & {one.part for one in broken(asked, Values(body=each), SCHEMAS)}


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


@pytest.mark.parametrize(
    ("method", "body", "name"),
    [
        ("PUT", {"slug": "new", "title": "x"}, "old"),
        ("PATCH", {"slug": "new"}, "old"),
        ("POST", {"slug": "new"}, "new"),
    ],
)
def test_a_thing_keeps_the_name_by_which_its_path_knows_it(method: str, body: dict[str, Any], name: str) -> None:
    schema = {"type": "object", "properties": {"slug": TEXT, "title": TEXT}}
    asked = operation(f"{method} /posts/{{slug}}", requestBody=taking(schema))

    kept = keeping_its_name(asked, Values({("path", "slug"): "old"}, body), SCHEMAS)

    assert kept.body == {**body, "slug": name}


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_what_headers_write_in_several_ways_is_no_edge_of_them(place: str) -> None:
    """A server that reads UTF-8 as Latin-1 finds more characters than were sent."""
    limited = {"name": "X-Tenant", "in": place, "required": True, "schema": {**TEXT, "minLength": 3, "maxLength": 20}}
    asked = operation("GET /things", parameters=[limited])

    found = edges(asked, Values({(place, "X-Tenant"): "acme"}), Sampler(SCHEMAS, Draws(1, "quick", "edges")))

    assert {len(each.parameters[place, "X-Tenant"]) for each in found} == {20}


@pytest.mark.parametrize(
    ("path", "id"), [("/hosts/{host_id}", "h1"), ("/hosts/{hostId}", "h1"), ("/hosts/{name}", "x")]
)
def test_an_id_in_a_body_is_the_one_of_its_path(path: str, id: str) -> None:
    asked = operation(f"PUT {path}", requestBody=taking({"type": "object", "properties": {"id": TEXT}}))
    [parameter] = asked.path_parameters

    kept = keeping_its_name(asked, Values({("path", parameter.name): "h1"}, {"id": "x"}), SCHEMAS)

    assert kept.body == {"id": id}
