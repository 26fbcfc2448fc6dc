"""Documents made to harm whoever reads them: the run ends, reads and calls nothing else, and says one clear line.

No test asserts how long it takes: what is not bounded runs into the limit of the command itself.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Run, faults_of, run_command, run_forked
from tests.servers import Received, answer, recording, replying, serving

MANY = 10_000 if "ALL_HOSTILE" in os.environ else 1_000
DEEP = 2_000
JSON = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}, "description": "Fine"}
ROW = "api-document-valid"


def document(schema: Any, **paths: Any) -> dict[str, Any]:
    """Give a document whose one operation answers a ``schema``, and more ``paths``."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hostile", "version": "1"},
        "paths": {"/things": {"get": {"responses": {"200": JSON}}}, **paths},
        "components": {"schemas": {"Thing": schema}},
    }


def run_on(body: bytes, folder: Path, thing: Any = None, *more: str) -> Run:
    """Run the profile on a target that serves a document, and answers ``thing`` to everything else."""
    said = answer(200, json.dumps(thing if thing is not None else {}).encode())
    served = answer(200, body)

    def reply(request: Received) -> bytes:
        return served if request.path == "/openapi.json" else said

    with serving(replying(reply)) as url:
        run = run_forked(folder, "--target-url", url, "--profile", "api", "--effort", "quick", *more)
    assert faults_of(run.report) == []
    assert run.of_status("error") == [], run.output
    assert "Traceback" not in run.output
    assert "INTERNALERROR" not in run.output
    return run


def message(run: Run, id: str = ROW) -> str:
    """Give what the report says about a requirement."""
    found = next(row for row in run.report["requirements"] if row["id"] == id)
    return f"{found['message']} {found['expected']} {found['actual']}"


def test_a_reference_to_another_host_is_named_and_never_followed(tmp_path: Path) -> None:
    with recording() as elsewhere:
        reference = f"{elsewhere.url}/schemas/thing.json"
        run = run_on(json.dumps(document({"$ref": reference})).encode(), tmp_path)

    assert elsewhere.received == []
    assert run.status(ROW) == "failed", run.output
    assert reference in message(run)


@pytest.mark.parametrize("form", ["file://{}", "{}", "file:{}#/secret"])
def test_a_reference_to_a_file_is_named_and_never_read(form: str, tmp_path: Path) -> None:
    file = tmp_path / "private.json"
    file.write_text('{"type": "object", "title": "of nobody\'s business", "required": ["hidden"]}')
    reference = form.format(file)

    run = run_on(json.dumps(document({"$ref": reference})).encode(), tmp_path / "report")

    assert run.status(ROW) == "failed", run.output
    assert reference in message(run)
    assert "of nobody's business" not in json.dumps(run.report)
    assert "hidden" not in json.dumps(run.report)


def test_an_operation_whose_schemas_double_goes_without_generated_requests(tmp_path: Path) -> None:
    found = document({"type": "object"})
    levels = {n: {"$ref": f"#/components/schemas/L{n + 1}"} for n in range(25)}
    found["components"]["schemas"] |= {f"L{n}": {"allOf": [each, each]} for n, each in levels.items()} | {
        "L25": {"type": "object"}
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/L0"}}}}
    found["paths"]["/things"]["post"] = {"requestBody": body, "responses": {"200": JSON}}

    run = run_on(json.dumps(found).encode(), tmp_path, None, "--requirement", "api-no-5xx")

    assert run.status("api-no-5xx") == "passed", run.output


def test_a_given_document_is_held_to_the_same(tmp_path: Path) -> None:
    with recording() as elsewhere:
        file = tmp_path / "contract.json"
        file.write_text(json.dumps(document({"$ref": f"{elsewhere.url}/thing"})))
        run = run_on(json.dumps(document({})).encode(), tmp_path, None, "--openapi", str(file))

    assert elsewhere.received == []
    assert f"{elsewhere.url}/thing" in run.output


TREE = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Thing"}}, "required": ["left"]}


@pytest.mark.parametrize(
    "schema",
    [
        TREE,
        {"$ref": "#/components/schemas/Thing"},
        {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "object"}]},
        {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Thing"}]},
        {"type": "array", "minItems": 2, "items": {"$ref": "#/components/schemas/Thing"}},
    ],
    ids=["a tree without an end", "itself", "all of itself", "any of itself", "arrays of itself"],
)
def test_a_schema_that_refers_to_itself_ends(schema: Any, tmp_path: Path) -> None:
    takes = {"post": {"requestBody": {"content": JSON["content"]}, "responses": {"200": JSON}}}

    run = run_on(json.dumps(document(schema, **{"/more": takes})).encode(), tmp_path)

    assert run.exit_code in (0, 1), run.output


def test_thousands_of_operations_are_all_tried(tmp_path: Path) -> None:
    paths = {f"/things/{n}": {"get": {"responses": {"200": {"description": "Fine"}}}} for n in range(MANY)}
    seen: set[str] = set()
    body = json.dumps(document({}, **paths)).encode()

    def reply(request: Received) -> bytes:
        seen.add(request.path.partition("?")[0])
        return answer(200, body) if request.path == "/openapi.json" else answer()

    with serving(replying(reply)) as url:
        run = run_forked(tmp_path, "--target-url", url, "--profile", "api", "--effort", "quick")

    assert run.of_status("error") == [], run.output
    assert run.exit_code in (0, 1), run.output
    assert set(paths) <= seen


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_explodes_is_given_up(pattern: str, tmp_path: Path) -> None:
    text = {"type": "string", "pattern": pattern}
    asked = {"name": "q", "in": "query", "schema": text}
    takes = {"get": {"parameters": [asked], "responses": {"200": JSON}}}
    schema = {"type": "object", "properties": {"name": text}}

    run = run_on(json.dumps(document(schema, **{"/search": takes})).encode(), tmp_path, {"name": "a" * 60 + "!"})

    assert run.exit_code in (0, 1), run.output


def test_a_document_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    enough = {f"Thing{n}": {"type": "object", "description": "x" * 1000} for n in range(10_000)}
    whole = document({})
    whole["components"]["schemas"] |= enough

    run = run_on(json.dumps(whole).encode(), tmp_path)

    assert run.status(ROW) == "passed", run.output


def test_a_document_that_is_too_large_is_told_so(tmp_path: Path) -> None:
    run = run_on(b'{"openapi": "3.1.0", "info": {"title": "' + b"x" * 40 * 1024 * 1024 + b'"}}', tmp_path)

    assert run.exit_code == 1, run.output
    assert run.status("api-no-5xx") != "passed"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_document_that_is_nested_too_deeply_is_told_so(opening: str, tmp_path: Path) -> None:
    deep = '{"openapi": "3.1.0", "x-deep": ' + opening * 100_000

    run = run_on(deep.encode(), tmp_path)

    assert run.exit_code == 1, run.output
    assert run.status("api-no-5xx") != "passed"


def test_a_schema_of_many_levels_ends(tmp_path: Path) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(200):
        schema = {"type": "object", "properties": {"next": schema}, "required": ["next"]}

    run = run_on(json.dumps(document(schema)).encode(), tmp_path)

    assert run.exit_code in (0, 1), run.output


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"openapi: 3"',
        b'{"openapi": "3.1.0"}',
        b'{"openapi": "3.1.0", "info": [], "paths": []}',
        b'{"openapi": 3, "info": {"title": 1, "version": 2}, "paths": {"/a": 5, "b": {"get": "x"}}}',
        b'{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/a": {"get": {"parameters": "x"}}}}',
        b"\xff\xfe\x00openapi",
    ],
    ids=range(9),
)
def test_what_is_no_document_is_told_in_one_line(body: bytes, tmp_path: Path) -> None:
    run = run_on(body, tmp_path)

    assert run.exit_code in (1, 4), run.output
    assert run.of_status("passed") in ([], ["api-no-secret-served"]), run.output


# Each line names the one before it nine times.
LAUGHS = "l0: &l0 [ha]\n" + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
LAUGHS += "openapi: 3.0.0\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS, "unfolds"),
        ("openapi: 3.0.0\ninfo: !!python/object/apply:os.system ['true']\n", "neither JSON nor YAML"),
        ("&a {openapi: 3.0.0, x: *a}", "itself"),
        ("openapi: [", "neither JSON nor YAML"),
    ],
    ids=["a billion laughs", "a tag that calls", "holds itself", "ends in the middle"],
)
def test_a_given_file_that_cannot_be_read_is_a_usage_error_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(text)

    with recording() as target:
        # Nothing is run, so there is no report.
        run = run_command(tmp_path, "--target-url", target.url, "--profile", "api", "--openapi", str(file))

    assert run.exit_code == 4, run.output
    assert told in run.output
    assert len([line for line in run.output.splitlines() if str(file) in line]) == 1
