"""Values from the edges of a schema are valid, and all of it is reached."""

from typing import Any

import pytest

from conformance.properties import Draws
from conformance.suite.api._broken import broken
from conformance.suite.api._edges import edges, emptied, keeping_its_name, unlike, variants, widest
from conformance.suite.api._requests import OMITTED, Values
from conformance.suite.api._samples import Sampler
from conformance.suite.schemas import Schemas
from tests.suite.api.makers import TEXT, operation, schemas_of, taking

SCHEMAS = schemas_of({})
SIZE = {"type": "integer", "minimum": 1, "maximum": 9}
SAMPLER = Sampler(SCHEMAS, Draws(1, "quick", "edges"))


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
