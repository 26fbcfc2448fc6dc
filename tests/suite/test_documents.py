"""What is wrong with a document, and how that is told: it declares whatever it names."""

from typing import Any

import pytest

from conformance.suite.documents import invalid

KEY = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}


def said(version: str = "3.1.0", components: Any = KEY, top: Any = None, link: str = "read", **more: Any) -> str | None:
    answers = {"200": {"description": "Fine", "links": {"it": {"operationId": link}}}}
    paths = {"/things": {"get": {"operationId": "read", "responses": answers, **more}}}
    root = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths, "components": components}
    return invalid(root | ({"security": top} if top else {}))


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_security_scheme_that_is_named_is_declared(version: str) -> None:
    assert said(version, security=[{"key": []}, {}]) is None
    assert said(version, security=[{"key": []}, {"other": []}]) == (
        "at GET /things: its security names other, which no security scheme is called"
    )
    assert str(said(version, components={}, top=[{"key": []}])).startswith("at the top: its security names key")


def test_a_security_scheme_may_be_named_by_its_address_in_openapi_3_2() -> None:
    assert said("3.2.0", security=[{"#/components/securitySchemes/key": []}]) is None


def test_a_link_leads_to_an_operation_that_is_there() -> None:
    assert said(link="write") == "at GET /things: a link leads to write, which no operation is called"


def _document(**parameter: Any) -> dict[str, Any]:
    operation = {
        "parameters": [{"name": "id", "in": "path", "schema": {}, **parameter}],
        "responses": {"200": {"description": "OK"}},
    }
    return {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/things/{id}": {"get": operation}}}


def test_what_is_wrong_is_told_in_one_line_with_its_place() -> None:
    told = invalid(_document(required=False))

    assert told == "at paths//things/{id}/get/parameters/0/required: true was expected"


def test_nothing_is_wrong_with_a_document_that_is_right() -> None:
    assert invalid(_document(required=True)) is None
