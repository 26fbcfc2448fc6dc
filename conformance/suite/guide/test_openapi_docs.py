"""Guide section 19: the API describes itself, in a document and on two pages."""

import json
from functools import lru_cache
from typing import Any

from conformance.checks import expect
from conformance.properties import Api, requirement
from conformance.suite import documents
from conformance.suite.guide import _pages
from conformance.suite.operations import Operation

_CORE = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/users/{}"),
    ("POST", "/users"),
    ("GET", "/search"),
    ("POST", "/items"),
    ("GET", "/items"),
    ("GET", "/items/{}"),
    ("DELETE", "/items/{}"),
    ("GET", "/secure"),
    ("GET", "/me"),
    ("GET", "/protected"),
    ("GET", "/sync"),
    ("GET", "/async"),
    ("POST", "/events"),
    ("POST", "/upload"),
    ("POST", "/ask"),
    ("GET", "/stream"),
    ("GET", "/my-error"),
]
_FULL = [
    ("PUT", "/items/{}"),
    ("PATCH", "/items/{}"),
    ("POST", "/token"),
    ("GET", "/admin"),
    ("GET", "/usage"),
    ("GET", "/events"),
    ("POST", "/translate"),
    ("GET", "/limited"),
    ("GET", "/metrics"),
]
_REQUIRED_FIELDS = [
    ("POST", "/items", ("name", "price")),
    ("POST", "/users", ("email", "age")),
    ("POST", "/ask", ("question",)),
    ("POST", "/upload", ("file",)),
]
_REQUIRED_IN_FULL = [
    ("PUT", "/items/{}", ("name", "price")),
    ("POST", "/token", ("username", "password")),
    ("POST", "/translate", ("text", "target_lang")),
]
_DEFAULTS = [
    ("GET", "/search", "limit", 10),
    ("GET", "/items", "limit", 20),
    ("GET", "/items", "offset", 0),
    ("GET", "/secure", "is_allowed", False),
]
# What lets a text be wrong (JSON Schema, validation vocabulary).
_LIMITING = ("enum", "const", "pattern", "format", "minLength", "maxLength")


@requirement("docs-swagger")
def test_swagger_ui_shows_the_document(api: Api) -> None:
    _pages.expect_documentation(api, "/docs")


@requirement("docs-redoc")
def test_redoc_shows_the_document(api: Api) -> None:
    _pages.expect_documentation(api, "/redoc")


@requirement("openapi-valid")
def test_the_document_is_valid(api: Api) -> None:
    document = documents.fetch(api)
    version = document.root.get("openapi")
    expected = "a valid OpenAPI 3.x document"
    known = isinstance(version, str) and version.startswith("3.")
    expect(known, document.exchange, expected, f"openapi is {version!r}")
    expect(documents.local(document.root), document.exchange, expected, "it refers to another document")
    assert document.exchange.answer is not None
    wrong = _invalid(document.exchange.answer.body)
    expect(wrong is None, document.exchange, expected, wrong or "")


# The test is repeated, and nearly every answer is the same document.
@lru_cache(maxsize=1)
def _invalid(body: bytes) -> str | None:
    root = json.loads(body)
    lost = next(documents.dangling(root), None)
    if lost:
        return f"at {lost[0]}: {lost[1]} leads nowhere"
    wrong = documents.invalid(root)
    if wrong and root["openapi"].startswith("3.0"):
        # FastAPI writes the schemas of 3.1 whatever version it is told to name.
        wrong = documents.invalid({**root, "openapi": "3.1.0"}) and wrong
    return wrong


@requirement("openapi-metadata")
def test_the_document_names_the_api(api: Api) -> None:
    document = documents.fetch(api)
    info = document.root.get("info")
    info = info if isinstance(info, dict) else {}
    for key, wanted in (("title", "DocuBot API"), ("version", "1.0.0")):
        expect(info.get(key) == wanted, document.exchange, f"the {key} {wanted!r}", f"it is {info.get(key)!r}")


@requirement("openapi-complete")
def test_every_route_is_described(api: Api) -> None:
    document = documents.fetch(api)
    described = {(each.method, document.route(each)) for each in document.operations()}
    missing = [f"{method} {route}" for method, route in _routes(api) if (method, route) not in described]
    expect(
        not missing, document.exchange, "every route of the profile in the document", f"missing: {', '.join(missing)}"
    )


def _routes(api: Api) -> list[tuple[str, str]]:
    return _CORE + (_FULL if api.profile == "full" else [])


@requirement("openapi-422-documented")
def test_what_can_be_refused_documents_422(api: Api) -> None:
    document = documents.fetch(api)
    for operation in document.operations():
        if _can_be_refused(document, operation):
            told = f"{operation.method} {document.route(operation)} has {', '.join(operation.responses) or 'none'}"
            documented = operation.response(422) is not None
            expect(documented, document.exchange, "a 422 among the documented answers", told)


def _can_be_refused(document: documents.Document, operation: Operation) -> bool:
    if operation.body is not None:
        return True
    for parameter in operation.parameters:
        schema = document.resolve(parameter.schema)
        plain = schema.get("type") in ("string", None, ["string", "null"]) and not any(
            key in schema for key in _LIMITING
        )
        if parameter.place == "path" and parameter.schema is not None and not plain:
            return True
        if parameter.place == "query" and (parameter.required or not plain):
            return True
    return False


@requirement("openapi-constraints")
def test_bounds_required_fields_and_defaults_are_described(api: Api) -> None:
    document = documents.fetch(api)
    for method, route, fields in _REQUIRED_FIELDS + (_REQUIRED_IN_FULL if api.profile == "full" else []):
        operation = document.required(method, route)
        required = document.body_schema(operation).get("required")
        missing = [field for field in fields if not isinstance(required, list) or field not in required]
        expect(
            not missing,
            document.exchange,
            f"{' and '.join(fields)} as required in the body of {method} {route}",
            f"not required: {', '.join(missing)}" if operation.body else "it describes no body",
        )
    _expect_age(document)
    top_k = _property(document, "/ask", "top_k")
    _expect_default(document, "POST /ask", "top_k", top_k, 5)
    required = document.body_schema(document.required("POST", "/ask")).get("required") or ()
    expect("top_k" not in required, document.exchange, "top_k, which has a default, as no required field of POST /ask")
    for method, route, name, value in _DEFAULTS:
        parameter = document.required(method, route).parameter(name)
        schema = document.resolve(parameter.schema) if parameter else {}
        expect(parameter is not None, document.exchange, f"a parameter {name} of {method} {route}")
        optional = parameter is not None and not parameter.required
        expect(optional, document.exchange, f"{name} of {method} {route}, which has a default, as not required")
        _expect_default(document, f"{method} {route}", name, schema, value)
    q = document.required("GET", "/search").parameter("q")
    expect(q is not None and q.required, document.exchange, "q as a required parameter of GET /search")


def _property(document: documents.Document, route: str, name: str) -> dict[str, Any]:
    properties = document.body_schema(document.required("POST", route)).get("properties")
    return document.resolve(properties.get(name)) if isinstance(properties, dict) else {}


def _expect_age(document: documents.Document) -> None:
    age = _property(document, "/users", "age")
    lowest = age.get("minimum", age.get("exclusiveMinimum"))
    least = 0 if "minimum" in age else -1
    highest = age.get("maximum", age.get("exclusiveMaximum"))
    most = 130 if "maximum" in age else 131
    expect(lowest == least and lowest is not False, document.exchange, "age with minimum 0", f"it has {lowest}")
    expect(highest == most, document.exchange, "age with maximum 130", f"it has {highest}")


def _expect_default(document: documents.Document, where: str, name: str, schema: dict[str, Any], value: Any) -> None:
    found = schema.get("default", "none")
    same = found == value and isinstance(found, bool) == isinstance(value, bool)
    expect(same, document.exchange, f"{name} of {where} with default {value}", f"it has {found}")
