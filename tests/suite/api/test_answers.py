"""What one exchange shows about the document: a mismatch, nothing wrong, or nothing at all."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.checks import Mismatch
from conformance.exchange import Answer, Exchange, Request
from conformance.suite.api import _answers
from conformance.suite.api._survey import Seen
from conformance.suite.operations import Operation
from tests.suite.api.makers import TEXT, operation, saying, schemas_of

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": TEXT}}
READ = operation("GET /things/{id}", responses={"200": saying(THING), "404": {"description": "Not there"}})


def seen(asked: Operation, status: int | None = 200, value: Any = None, **more: Any) -> Seen:
    """Give an exchange of an operation: ``kind``, ``path``, ``headers``, ``origin``, ``body`` where they matter."""
    kind, path = more.get("kind", "application/json"), more.get("path", asked.template.replace("{id}", "7"))
    raw = more["raw"] if "raw" in more else json.dumps(value if value is not None else {"id": 7}).encode()
    sent = Request(asked.method, path, (("Content-Type", "application/json"),), more.get("body"))
    headers = (("Content-Type", kind), *more.get("headers", {}).items())
    answer = Answer(status, headers, raw) if status is not None else None
    failure = None if answer else more.get("failure", "no valid answer")
    return Seen(asked, Exchange(sent, "http://target", answer, failure), more.get("origin", "valid"))


def say(check: Any, one: Seen, *others: Seen) -> bool | None:
    """Give True for a mismatch, None where all is well, False where the exchange says nothing."""
    survey: Any = SimpleNamespace(schemas=schemas_of({}), prefix="", of=lambda _: [one, *others])
    said = check(survey, one)
    return True if isinstance(said, Mismatch) else said


@pytest.mark.parametrize(
    ("status", "documented", "wrong"),
    [
        (500, {}, True),
        (503, {}, True),
        (503, {"503": {"description": "Away"}}, None),
        (500, {"500": {"description": "Broken"}}, True),
        (404, {}, None),
    ],
)
def test_a_5xx_is_wrong_unless_it_is_a_documented_absence(status: int, documented: Any, wrong: bool | None) -> None:
    assert say(_answers.server_error, seen(operation("GET /x", responses=documented), status)) is wrong


@pytest.mark.parametrize(
    ("failure", "wrong"),
    [("no valid answer", True), ("no whole answer in time", False), ("could not be sent: x", False)],
)
def test_a_connection_that_breaks_is_wrong_and_one_that_is_slow_is_not(failure: str, *, wrong: bool) -> None:
    assert say(_answers.server_error, seen(READ, None, failure=failure)) is wrong


@pytest.mark.parametrize(
    ("status", "success", "error"),
    [(200, None, False), (202, True, False), (404, False, None), (409, False, True), (405, False, False)],
)
def test_every_status_is_documented(status: int, success: bool | None, error: bool | None) -> None:
    assert say(_answers.undocumented_success, seen(READ, status)) is success
    assert say(_answers.undocumented_error, seen(READ, status)) is error


def test_a_404_of_what_is_nowhere_is_another_requirements_matter() -> None:
    listing = operation("GET /things")

    assert say(_answers.undocumented_error, seen(listing, 404)) is False
    assert say(_answers.undocumented_error, seen(listing, 404), seen(listing, 200)) is True


def test_a_redirect_to_the_same_path_is_the_servers_own() -> None:
    slash = {"Location": "http://target/things/7/"}

    assert say(_answers.undocumented_success, seen(READ, 307, headers=slash)) is False
    assert say(_answers.undocumented_success, seen(READ, 307, headers={"Location": "/elsewhere"})) is True


@pytest.mark.parametrize(("kind", "wrong"), [("application/json; charset=utf-8", None), ("text/html", True)])
def test_a_content_type_is_documented_for_its_status(kind: str, wrong: bool | None) -> None:
    assert say(_answers.undocumented_type, seen(READ, kind=kind)) is wrong


def test_nothing_is_said_of_a_type_where_the_document_or_the_body_says_nothing() -> None:
    assert say(_answers.undocumented_type, seen(READ, 404, kind="text/html")) is False
    assert say(_answers.undocumented_type, seen(READ, kind="text/html", raw=b"")) is False


@pytest.mark.parametrize(
    ("value", "wrong"), [({"id": 7}, None), ({"id": "7"}, True), ({}, True), ([], True), ({"id": 7, "more": 1}, None)]
)
def test_a_body_is_accepted_by_its_schema(value: Any, wrong: bool | None) -> None:
    assert say(_answers.contradicted_schema, seen(READ, value=value)) is wrong


def test_a_body_that_is_no_json_contradicts_its_schema() -> None:
    assert say(_answers.contradicted_schema, seen(READ, raw=b"{")) is True
    assert (
        say(_answers.contradicted_schema, seen(operation("GET /x", responses={"200": saying(TEXT)}), raw=b"")) is True
    )


@pytest.mark.parametrize(
    "definition",
    [THING | {"additionalProperties": True}, {"type": "object"}, THING | {"patternProperties": {"^x": {}}}, {}],
    ids=str,
)
def test_a_schema_that_opens_itself_declares_everything(definition: Any) -> None:
    asked = operation("GET /x", responses={"200": saying(definition)})

    assert say(_answers.undeclared_property, seen(asked, value={"id": 7, "secret": 1})) is None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (THING, {"id": 7, "secret": 1}),
        ({"type": "array", "items": THING}, [{"id": 7}, {"id": 8, "secret": 1}]),
        ({"type": "object", "properties": {"in": THING}}, {"in": {"id": 7, "secret": 1}}),
        ({"allOf": [THING, {"properties": {"more": TEXT}}]}, {"id": 7, "more": "x", "secret": 1}),
        ({"anyOf": [THING, {"type": "null"}]}, {"id": 7, "secret": 1}),
    ],
    ids=str,
)
def test_an_undeclared_property_is_seen_however_deep(schema: Any, value: Any) -> None:
    asked = operation("GET /x", responses={"200": saying(schema)})

    assert say(_answers.undeclared_property, seen(asked, value=value)) is True


def test_a_property_of_any_fitting_alternative_is_declared() -> None:
    other = {"type": "object", "properties": {"secret": TEXT}}
    asked = operation("GET /x", responses={"200": saying({"anyOf": [THING, other]})})

    assert say(_answers.undeclared_property, seen(asked, value={"id": 7, "secret": "x"})) is None


@pytest.mark.parametrize(("headers", "wrong"), [({}, True), ({"X-Total": "many"}, True), ({"x-total": "7"}, None)])
def test_a_required_header_is_there_and_of_its_type(headers: dict[str, str], wrong: bool | None) -> None:
    total = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
    asked = operation("GET /x", responses={"200": {"description": "Fine", "headers": total}})

    assert say(_answers.missing_header, seen(asked, headers=headers)) is wrong


@pytest.mark.parametrize(
    ("schema", "lines", "wrong"),
    [
        ({"type": "integer"}, ["7"], None),
        ({"type": "integer"}, ["7", "8"], True),
        ({"type": "string", "pattern": "^[a-z]+$"}, ["first", "second"], None),
        ({"type": "array", "items": TEXT, "minItems": 2}, ["first, second"], None),
        ({"type": "array", "items": {"type": "integer"}}, ["7", "8,9"], None),
        ({"type": "array", "items": {"type": "integer"}}, ["7, many"], True),
    ],
)
def test_the_lines_of_a_header_are_one_list(schema: Any, lines: list[str], wrong: bool | None) -> None:
    listed = {"X-Found": {"required": True, "schema": schema}}
    asked = operation("GET /x", responses={"200": {"description": "Fine", "headers": listed}})
    found = seen(asked)
    assert found.exchange.answer is not None
    sent = replace(found.exchange.answer, headers=tuple(("X-Found", line) for line in lines))

    assert say(_answers.missing_header, replace(found, exchange=replace(found.exchange, answer=sent))) is wrong


def test_a_header_that_may_be_left_out_says_nothing() -> None:
    free = {"X-Total": {"schema": {"type": "integer"}}}
    asked = operation("GET /x", responses={"200": {"description": "Fine", "headers": free}})

    assert say(_answers.missing_header, seen(asked)) is False


CHECKS = [
    _answers.undocumented_success,
    _answers.undocumented_type,
    _answers.contradicted_schema,
    _answers.undeclared_property,
    _answers.missing_header,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_an_answer_of_another_path_says_nothing_of_this_operation(check: Any) -> None:
    # A generated value may be read as another path.
    wrong = seen(READ, 299, value=[], kind="text/html", path="/things/a%2Fb", origin="generated")

    assert say(check, wrong) is False


@pytest.mark.parametrize("check", [*CHECKS, _answers.undocumented_error], ids=lambda each: each.__name__)
def test_the_refusal_of_an_unreadable_body_says_nothing(check: Any) -> None:
    assert say(check, seen(operation("POST /x"), 400, body=b'{"a": NaN}')) is False


def test_alternatives_that_only_a_format_tells_apart_may_accept_the_same() -> None:
    link = {"oneOf": [{**TEXT, "format": "uri"}, {**TEXT, "maxLength": 0}]}
    size = {"oneOf": [TEXT, {**TEXT, "maxLength": 0}]}

    assert schemas_of({}).contradiction(link, "") is None
    assert schemas_of({}).contradiction(link, 7) is not None
    assert schemas_of({}).contradiction(size, "") is not None


@pytest.mark.parametrize(
    ("media_type", "schema", "wrong"),
    [
        ("text/plain", THING, None),
        ("text/plain", TEXT, True),
        ("application/xml", THING, True),
        ("application/hal+json", THING, True),
    ],
)
def test_the_model_of_an_error_is_written_in_json_where_its_type_can_write_none(
    media_type: str, schema: Any, wrong: bool | None
) -> None:
    asked = operation("GET /x", responses={"200": saying(schema, media_type), "404": saying(schema, media_type)})

    assert say(_answers.undocumented_type, seen(asked, 404)) is wrong
    assert say(_answers.undocumented_type, seen(asked, 200)) is True


@pytest.mark.parametrize(("path", "status", "wrong"), [("/n/7", 404, True), ("/n/a", 404, False), ("/n/a", 200, True)])
def test_the_404_of_a_router_that_knows_the_type_of_a_parameter_says_nothing(
    path: str, status: int, wrong: bool
) -> None:
    fine = saying(THING)
    asked = operation("GET /n/{id}", schema={"type": "integer"}, responses={"200": fine, "404": fine})

    assert say(_answers.undocumented_type, seen(asked, status, kind="text/html", path=path)) is wrong
