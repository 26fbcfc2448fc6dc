"""The document is found where frameworks put it, read from JSON or YAML, and never leads elsewhere."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from conformance import openapi
from conformance.checks import Mismatch
from conformance.client import Client, Connection
from conformance.openapi import PLACES, NoDocument, foreign, given, own, parse
from conformance.settings import UsageError
from tests.servers import Received, Recorder, answer, recording

DOCUMENT: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {}}
JSON = json.dumps(DOCUMENT).encode()
YAML = b"openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths:\n  /items:\n    get:\n      responses: {200: {}}\n"
Connect = Callable[[str], Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[Client] = []

    def connect(url: str) -> Client:
        clients.append(Client(Connection(url)))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def site(**pages: bytes) -> AbstractContextManager[Recorder]:
    """Serve pages by their paths, in which ``__`` stands for a slash and ``_`` for a dot, and 404 elsewhere."""
    known = {"/" + name.replace("__", "/").replace("_", "."): body for name, body in pages.items()}

    def reply(request: Received) -> bytes:
        path = request.path.partition("?")[0]
        kind = "text/html" if known.get(path, b"").startswith(b"<") else "application/json"
        return answer(200, known[path], kind) if path in known else answer(404)

    return recording(reply)


@pytest.mark.parametrize("place", PLACES)
def test_the_document_is_found_where_frameworks_put_it(place: str, connect: Connect) -> None:
    def reply(request: Received) -> bytes:
        return answer(200, JSON) if request.path == place else answer(404)

    with recording(reply) as target:
        found = own(connect(target.url))

    assert (found.root, found.source) == (DOCUMENT, target.url + place)


def test_the_document_is_found_where_the_docs_page_names_it(connect: Connect) -> None:
    page = b"<html><script>const ui = SwaggerUIBundle({url: '/internal/v7/openapi.json'})</script></html>"

    with site(docs=page, internal__v7__openapi_json=JSON) as target:
        assert own(connect(target.url)).source == f"{target.url}/internal/v7/openapi.json"


def test_a_document_that_a_page_names_on_another_host_is_not_asked_for(connect: Connect) -> None:
    with site(openapi_json=JSON) as other:
        page = f'<html><redoc spec-url="{other.url}/openapi.json"></redoc></html>'.encode()
        with site(docs=page) as target, pytest.raises(NoDocument):
            own(connect(target.url))

    assert other.received == []


def test_a_page_of_html_at_its_place_is_no_document(connect: Connect) -> None:
    # A single-page application answers everything with its shell.
    shell = answer(200, b'<html>{"openapi": "3.1.0"}</html>', "text/html")

    with recording(lambda _: shell) as target, pytest.raises(NoDocument, match="--openapi URL"):
        own(connect(target.url))


def test_what_looks_like_a_document_and_cannot_be_read_is_the_targets_failure(connect: Connect) -> None:
    with site(openapi_json=b'{"openapi": "3.1.0", ') as target, pytest.raises(Mismatch, match="neither JSON nor YAML"):
        own(connect(target.url))


def test_below_a_base_path_the_document_is_looked_for_there(connect: Connect) -> None:
    with site(api__v1__openapi_json=JSON, openapi_json=b'{"openapi": "3.1.0", "x": 1}') as target:
        assert own(connect(f"{target.url}/api/v1")).root == DOCUMENT


def test_a_given_file_is_read_relative_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_bytes(YAML)

    found = given("contract.yaml", tmp_path, None)

    assert (found.root["openapi"], found.source, found.exchange) == ("3.0.3", "contract.yaml", None)


def test_a_given_url_is_fetched_with_its_query(tmp_path: Path) -> None:
    with recording(lambda _: answer(200, JSON)) as elsewhere:
        found = given(f"{elsewhere.url}/contract?version=2", tmp_path, None)

    assert found.root == DOCUMENT
    assert [each.path for each in elsewhere.received] == ["/contract?version=2"]
    assert elsewhere.received[0].header("authorization") is None


@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_given_url_without_a_document_is_a_usage_error(status: int, tmp_path: Path) -> None:
    with recording(lambda _: answer(status)) as elsewhere, pytest.raises(UsageError, match=f"answers {status}"):
        given(f"{elsewhere.url}/openapi.json", tmp_path, None)


def test_a_given_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--openapi nowhere\.json: cannot be read"):
        given("nowhere.json", tmp_path, None)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[]", "no JSON or YAML object"),
        (b"", "no JSON or YAML object"),
        (b'{"swagger": "2.0"}', "Swagger 2.0"),
        (b"{}", "no member openapi"),
        (b"openapi: [3", "line"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"openapi: &a [*a]", "holds itself"),
    ],
    ids=range(7),
)
def test_what_is_no_document_is_told_in_one_line(body: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told) as raised:
        parse(body, "contract")

    assert len(str(raised.value).splitlines()) == 1


def test_json_with_a_byte_order_mark_is_read() -> None:
    assert parse(b"\xef\xbb\xbf" + JSON, "contract") == DOCUMENT


def test_yaml_is_read_as_json_would_be() -> None:
    found = parse(YAML + b"x-since: 2024-01-31\nx-on: {on: 1, true: 2, 1.5: 3}\n", "contract")

    assert list(found["paths"]["/items"]["get"]["responses"]) == ["200"]
    assert found["x-since"] == "2024-01-31"
    assert set(found["x-on"]) == {"true", "1.5"}


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef", "$recursiveRef"])
@pytest.mark.parametrize("reference", ["other.json", "http://host/x.json#/a", "file:///etc/passwd", "//host/x"])
def test_a_reference_that_leaves_the_document_is_named_and_emptied(key: str, reference: str, tmp_path: Path) -> None:
    (tmp_path / "contract.json").write_text(json.dumps(DOCUMENT | {"components": {"x": [{key: reference}]}}))

    found = given("contract.json", tmp_path, None)

    assert found.foreign == (reference,)
    assert found.root["components"] == {"x": [{}]}


def test_a_reference_inside_the_document_and_a_property_called_ref_stay() -> None:
    inside = {"a": {"$ref": "#/components/schemas/A"}, "properties": {"$ref": {"type": "string"}}}

    assert list(foreign(inside)) == []
    assert openapi._without_foreign(inside) == inside
