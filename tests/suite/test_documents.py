"""How the kit says what is wrong with a document."""

from typing import Any

from conformance.suite import documents


def _document(**parameter: Any) -> dict[str, Any]:
    operation = {
        "parameters": [{"name": "id", "in": "path", "schema": {}, **parameter}],
        "responses": {"200": {"description": "OK"}},
    }
    return {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/things/{id}": {"get": operation}}}


def test_what_is_wrong_is_told_in_one_line_with_its_place() -> None:
    told = documents.invalid(_document(required=False))

    assert told == "at paths//things/{id}/get/parameters/0/required: true was expected"


def test_nothing_is_wrong_with_a_document_that_is_right() -> None:
    assert documents.invalid(_document(required=True)) is None
