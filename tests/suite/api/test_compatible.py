"""A document breaks a client where something is gone or newly required, and nowhere else."""

import json
from copy import deepcopy
from typing import Any

import pytest

from conformance.openapi import Contract
from conformance.suite.api._compatible import breaks
from tests.suite.api.makers import TEXT, saying, schemas_of, taking

INNER: dict[str, Any] = {"type": "object", "properties": {"city": TEXT}}
THING = {"type": "object", "properties": {"name": TEXT, "address": INNER, "tags": {"type": "array", "items": INNER}}}
NEW = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "note": TEXT}}
LIST = {"type": "array", "items": INNER}
PROMISED: dict[str, Any] = {
    "/things/{id}": {
        "get": {"responses": {"200": saying(THING), "404": {"description": "Not there"}}},
        "put": {
            "parameters": [{"name": "dry", "in": "query", "required": False, "schema": TEXT}],
            "requestBody": taking(NEW, required=False),
            "responses": {"200": saying(THING)},
        },
    }
}
READ, WRITE = PROMISED["/things/{id}"]["get"], PROMISED["/things/{id}"]["put"]


def contract(paths: dict[str, Any]) -> Contract:
    return Contract(schemas_of(paths).root, "made up")


def broken_by(paths: dict[str, Any]) -> list[str]:
    return list(breaks(contract(PROMISED), contract(paths)))


def changed(method: str, *steps: Any, to: Any = None, without: bool = False) -> list[str]:
    """Say what breaks where one place of an operation of the document is changed or taken away."""
    paths = json.loads(json.dumps(PROMISED))
    place = paths["/things/{id}"][method]
    for step in steps[:-1]:
        place = place[step]
    if without:
        del place[steps[-1]]
    else:
        place[steps[-1]] = to
    return broken_by(paths)


CONTENT = ("responses", "200", "content")
ANSWERED = (*CONTENT, "application/json", "schema", "properties")
SENT = ("requestBody", "content", "application/json", "schema")


def test_a_document_keeps_its_own_promises() -> None:
    assert broken_by(PROMISED) == []


def test_the_name_of_a_path_parameter_promises_nothing() -> None:
    assert broken_by({"/things/{thing_id}/": PROMISED["/things/{id}"]}) == []


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({"/things/{id}": {"get": READ}}, ["PUT /things/{id} is gone"]),
        ({}, ["GET /things/{id} is gone", "PUT /things/{id} is gone"]),
    ],
)
def test_an_operation_that_is_gone_is_named(left: dict[str, Any], told: list[str]) -> None:
    assert broken_by(left) == told


def test_a_status_and_a_content_type_that_are_gone_are_named() -> None:
    assert changed("get", "responses", "404", without=True) == ["GET /things/{id}: status 404 is gone"]
    assert changed("get", *CONTENT, to={"text/csv": {}}) == [
        "GET /things/{id}: content type application/json of 200 is gone"
    ]


def test_a_status_whose_class_is_documented_is_there() -> None:
    assert changed("get", "responses", to={"200": saying(THING), "4XX": {"description": "Not there"}}) == []


def test_a_property_that_is_gone_is_named_however_deep() -> None:
    assert changed("get", *ANSWERED, "name", without=True) == ["GET /things/{id}: property name of 200 is gone"]
    assert changed("get", *ANSWERED, "address", "properties", to={"street": TEXT}) == [
        "GET /things/{id}: property address.city of 200 is gone"
    ]
    assert changed("get", *ANSWERED, "tags", "items", "properties", to={}) == [
        "GET /things/{id}: property tags.city of 200 is gone"
    ]


def test_a_schema_that_a_reference_leads_to_is_the_schema_itself() -> None:
    served = schemas_of(deepcopy(PROMISED), schemas={"Thing": THING})
    served.root["paths"]["/things/{id}"]["get"]["responses"]["200"] = saying({"$ref": "#/components/schemas/Thing"})

    assert list(breaks(contract(PROMISED), Contract(served.root, "made up"))) == []


def test_what_is_newly_required_is_named() -> None:
    asked = {"name": "page", "in": "query", "required": True, "schema": TEXT}

    assert changed("get", "parameters", to=[asked]) == ["GET /things/{id}: query parameter page is newly required"]
    assert changed("put", "parameters", 0, "required", to=True) == [
        "PUT /things/{id}: query parameter dry is newly required"
    ]
    assert changed("put", "requestBody", "required", to=True) == ["PUT /things/{id}: a body is newly required"]
    assert changed("put", *SENT, "required", to=["name", "note"]) == [
        "PUT /things/{id}: note of the body is newly required"
    ]


def test_what_is_added_or_made_free_breaks_nothing() -> None:
    free = {"name": "page", "in": "query", "required": False, "schema": TEXT}

    assert changed("get", "parameters", to=[free]) == []
    assert changed("get", "responses", "500", to={"description": "Broken"}) == []
    assert changed("get", *ANSWERED, "more", to=TEXT) == []
    assert changed("put", *SENT, "required", to=[]) == []
    assert changed("put", *SENT, "properties", "more", to=TEXT) == []


@pytest.mark.parametrize(("before", "after"), [("/v1", ""), ("", "/v1"), ("/v1", "/v1"), ("/api", "/v1")])
def test_the_servers_path_may_begin_the_paths_of_either(before: str, after: str) -> None:
    """The paths of one document begin with what is the other's server."""
    things = PROMISED["/things/{id}"]
    documents = [
        contract({f"{'' if server else '/v1'}/things/{{id}}": things}) if server != "/api" else contract(PROMISED)
        for server in (before, after)
    ]
    for document, server in zip(documents, (before, after), strict=True):
        document.root["servers"] = [{"url": f"https://api.example.com{server}"}]

    assert list(breaks(*documents)) == []


@pytest.mark.parametrize(
    ("promised", "served", "gone"),
    [
        (["200", "4XX"], ["200", "404"], []),
        (["200", "default"], ["200", "404"], []),
        (["200", "404"], ["200", "default"], []),
        (["200", "404"], ["200", "4XX"], []),
        (["200", "4XX"], ["200"], ["GET /things: status 4XX is gone"]),
        (["200", "404"], ["200", "409"], ["GET /things: status 404 is gone"]),
    ],
)
def test_a_range_of_statuses_is_kept_by_those_within_it(
    promised: list[str], served: list[str], gone: list[str]
) -> None:
    told = [
        contract({"/things": {"get": {"responses": {key: {"description": "It"} for key in keys}}}})
        for keys in (promised, served)
    ]

    assert list(breaks(*told)) == gone


def test_what_is_newly_required_is_named_however_deep() -> None:
    paths = deepcopy(PROMISED)
    sent = paths["/things/{id}"]["put"]["requestBody"] = taking({"type": "object", "properties": {"parts": LIST}})
    before = contract(deepcopy(paths))
    sent["content"]["application/json"]["schema"]["properties"]["parts"] = {
        "type": "array",
        "items": {**INNER, "required": ["city"]},
    }

    assert list(breaks(before, contract(paths))) == ["PUT /things/{id}: parts.city of the body is newly required"]


def test_a_value_that_another_alternative_takes_is_taken_still() -> None:
    def written(*alternatives: dict[str, Any]) -> Contract:
        return contract({"/things": {"post": {"requestBody": taking({"oneOf": list(alternatives)}), "responses": {}}}})

    one, other = {**INNER, "required": ["city"]}, {**INNER, "required": ["street"]}

    assert list(breaks(written(one), written(other, one))) == []
    assert list(breaks(written(one, other), written({**one, "required": ["city", "zip"]}, other))) != []
