"""Operations are read from a document as OpenAPI says, and from what is no document without tripping."""

from typing import Any

import pytest

from conformance.suite.operations import Operation, operations
from conformance.suite.schemas import Schemas
from tests.suite.api.makers import FINE, TEXT, operation, saying, schemas_of, taking


def read(paths: dict[str, Any], **root: Any) -> list[Operation]:
    return list(operations(Schemas({**schemas_of(paths).root, **root})))


def test_an_operations_own_parameter_comes_before_its_paths() -> None:
    shared = [{"name": "page", "in": "query", "required": True, "schema": TEXT}]
    own = [{"name": "page", "in": "query", "schema": {"type": "integer"}}]

    [found] = read({"/things": {"parameters": shared, "get": {**FINE, "parameters": own}}})

    assert [(each.name, each.required, each.schema) for each in found.parameters] == [
        ("page", False, {"type": "integer"})
    ]


@pytest.mark.parametrize("name", ["Accept", "content-type", "Authorization"])
def test_headers_that_the_document_says_elsewhere_are_no_parameters(name: str) -> None:
    listed = [{"name": name, "in": "header", "schema": TEXT}, {"name": "X-Trace", "in": "header", "schema": TEXT}]

    assert [each.name for each in operation("GET /things", parameters=listed).parameters] == ["X-Trace"]


def test_path_parameters_are_in_the_order_of_the_path_and_always_required() -> None:
    listed = [{"name": name, "in": "path", "schema": TEXT} for name in ("b", "a", "elsewhere")]

    [found] = read({"/x/{a}/y/{b}": {"get": {**FINE, "parameters": listed}}})

    assert [each.name for each in found.path_parameters] == ["a", "b"]
    assert all(each.required for each in found.path_parameters)


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (["application/xml", "application/json"], "application/json"),
        (["application/x-www-form-urlencoded", "multipart/form-data"], "multipart/form-data"),
        (["text/plain", "application/merge-patch+json"], "application/merge-patch+json"),
        (["Application/JSON; charset=utf-8"], "application/json"),
        (["text/csv"], "text/csv"),
    ],
)
def test_of_several_bodies_the_one_that_is_written_best_is_taken(kinds: list[str], chosen: str) -> None:
    content = {kind: {"schema": TEXT} for kind in kinds}

    body = operation("POST /things", requestBody={"content": content}).body

    assert body is not None
    assert (body.media_type, body.schema, body.required) == (chosen, TEXT, False)


@pytest.mark.parametrize(
    ("status", "key"), [(200, "200"), (201, "2XX"), (404, "4xx"), (500, "default"), (302, "default")]
)
def test_a_status_is_documented_by_itself_its_class_or_by_default(status: int, key: str) -> None:
    keys = ("200", "2XX", "4xx", "default")
    found = operation("GET /things", responses={each: {"description": each} for each in keys}).response(status)

    assert found is not None
    assert (found.key, found.pointer) == (key, f"#/paths/~1things/get/responses/{key}")


def test_a_status_that_is_not_documented_is_not() -> None:
    assert operation("GET /things").response(404) is None


@pytest.mark.parametrize(
    ("written", "came"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("Application/JSON", "application/json"),
        ("text/*", "text/csv"),
        ("*/*", "image/png"),
    ],
)
def test_a_content_type_is_found_as_it_is_written(written: str, came: str) -> None:
    [response] = operation("GET /things", responses={"200": saying(TEXT, written)}).responses.values()

    assert response.media(came) == (written, {"schema": TEXT})


def test_a_content_type_that_is_not_written_is_not_found() -> None:
    [response] = operation("GET /things", responses={"200": saying(TEXT, "text/*")}).responses.values()

    assert response.media("application/json") is None


@pytest.mark.parametrize(
    ("own", "root", "is_open"),
    [
        (None, None, True),
        (None, [{"key": []}], False),
        ([], [{"key": []}], True),
        ([{"key": []}], None, False),
        ([{"key": []}, {}], None, True),
        ("key", None, True),
    ],
)
def test_security_is_the_operations_own_or_the_documents(own: Any, root: Any, *, is_open: bool) -> None:
    definition = {**FINE, **({} if own is None else {"security": own})}

    [found] = read({"/things": {"get": definition}}, **({} if root is None else {"security": root}))

    assert found.is_open == is_open


def test_references_are_followed_wherever_the_document_may_hold_them() -> None:
    components: dict[str, Any] = {
        "parameters": {"Page": {"name": "page", "in": "query", "schema": TEXT}},
        "requestBodies": {"Thing": taking(TEXT)},
        "responses": {"Missing": {"description": "Not there"}},
    }
    definition = {
        "parameters": [{"$ref": "#/components/parameters/Page"}],
        "requestBody": {"$ref": "#/components/requestBodies/Thing"},
        "responses": {"404": {"$ref": "#/components/responses/Missing"}},
    }

    [found] = operations(schemas_of({"/things": {"post": definition}}, **components))

    assert [each.name for each in found.parameters] == ["page"]
    assert found.body is not None
    assert found.responses["404"].definition == {"description": "Not there"}


@pytest.mark.parametrize(
    "paths",
    [
        None,
        [],
        {"/a": None},
        {"/a": {"get": "text"}},
        {"/a": {"get": {"parameters": {}}}},
        {"/a": {"summary": "nothing"}},
        {"/a": {"$ref": "#/nowhere"}},
    ],
    ids=str,
)
def test_what_is_shaped_like_no_operation_is_none(paths: Any) -> None:
    assert list(operations(Schemas({"openapi": "3.1.0", "paths": paths}))) == []


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"parameters": [None, "x", {}, {"name": 7}]},
        {"requestBody": {"content": []}},
        {"requestBody": {"content": {"application/json": None}}},
        {"responses": []},
        {"responses": {"200": None}},
        {"security": "x", "tags": "x", "operationId": 7},
    ],
    ids=str,
)
def test_what_is_shaped_half_like_an_operation_is_read_without_tripping(definition: dict[str, Any]) -> None:
    [found] = read({"/a": {"post": definition}})

    assert found.label == "POST /a"
    assert found.is_open
