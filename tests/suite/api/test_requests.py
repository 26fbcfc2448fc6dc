"""Requests are written as the document says: parameters in their places and styles, bodies in their media types."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from conformance.exchange import Request
from conformance.suite.api._requests import OMITTED, Credential, Values, present, write
from tests.suite.api.makers import TEXT, operation, taking

ARRAY = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "properties": {"a": TEXT, "b": TEXT}}


def written(place: str, value: Any, schema: Any = TEXT, **definition: Any) -> Request:
    """Write a request of one parameter, called ``it``."""
    parameter = {"name": "it", "in": place, "required": True, "schema": schema, **definition}
    path = "/things/{it}" if place == "path" else "/things"
    asked = operation(f"GET {path}", **({} if place == "path" else {"parameters": [parameter]}))
    return write(asked, Values({(place, "it"): value}))


def sent(value: Any, media_type: str, schema: Any = OBJECT, raw: bytes | None = None) -> Request:
    asked = operation("POST /things", requestBody=taking(schema, media_type))
    return write(asked, Values(body=value, raw=raw))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a b", "/things/a%20b"),
        ("a/b", "/things/a%2Fb"),
        (7, "/things/7"),
        (True, "/things/true"),
        ("é", "/things/%C3%A9"),
    ],
)
def test_a_path_parameter_is_one_segment(value: Any, path: str) -> None:
    assert written("path", value).path == path


@pytest.mark.parametrize(
    ("value", "definition", "pairs"),
    [
        ("a&b", {}, [("it", "a&b")]),
        (None, {}, [("it", "")]),
        (["a", "b"], {"schema": ARRAY}, [("it", "a"), ("it", "b")]),
        (["a", "b"], {"schema": ARRAY, "explode": False}, [("it", "a,b")]),
        (["a", "b"], {"schema": ARRAY, "style": "pipeDelimited", "explode": False}, [("it", "a|b")]),
        (["a", "b"], {"schema": ARRAY, "style": "spaceDelimited", "explode": False}, [("it", "a b")]),
        ({"a": "1", "b": "2"}, {"schema": OBJECT}, [("a", "1"), ("b", "2")]),
        ({"a": "1", "b": "2"}, {"schema": OBJECT, "explode": False}, [("it", "a,1,b,2")]),
        ({"a": "1"}, {"schema": OBJECT, "style": "deepObject", "explode": True}, [("it[a]", "1")]),
        ({"a": "1"}, {"content": {"application/json": {"schema": OBJECT}}}, [("it", '{"a": "1"}')]),
    ],
    ids=str,
)
def test_a_query_parameter_is_of_its_style(value: Any, definition: Any, pairs: list[tuple[str, str]]) -> None:
    asked = written("query", value, **{"schema": definition.get("schema", TEXT), **definition})

    assert parse_qsl(asked.path.partition("?")[2], keep_blank_values=True) == pairs


def test_headers_and_cookies_are_in_their_places() -> None:
    assert written("header", ["a", "b"]).header("it") == "a,b"
    assert written("cookie", "a b").header("cookie") == "it=a%20b"


def test_what_is_left_out_is_not_there() -> None:
    asked = operation("GET /things", parameters=[{"name": "it", "in": "query", "schema": TEXT}])

    assert write(asked, Values({("query", "it"): "a"}).but("query", "it", OMITTED)).path == "/things"


def test_a_body_is_written_in_its_media_type() -> None:
    assert json.loads(sent({"a": "é"}, "application/json").body or b"") == {"a": "é"}
    form = sent({"a": "b c", "d": [1, 2]}, "application/x-www-form-urlencoded").body or b""
    assert parse_qsl(form.decode()) == [("a", "b c"), ("d", "1"), ("d", "2")]
    assert sent({"a": 1}, "application/merge-patch+json").header("content-type") == "application/merge-patch+json"
    assert sent("text", "text/plain", TEXT).body == b"text"


def test_bytes_are_a_file_in_a_multipart_body_and_the_rest_are_fields() -> None:
    asked = sent({"file": b"content", "note": "n"}, "multipart/form-data")

    assert (asked.header("content-type") or "").startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="file.txt"' in (asked.body or b"")
    assert b'name="note"\r\n' in (asked.body or b"")


def test_bytes_in_any_other_body_are_the_text_that_they_are() -> None:
    assert json.loads(sent({"a": [b"content"]}, "application/json").body or b"") == {"a": ["content"]}
    assert sent(b"content", "application/octet-stream", {"type": "string", "format": "binary"}).body == b"content"
    assert written("query", b"content").path == "/things?it=content"


def test_a_raw_body_stands_in_for_the_value() -> None:
    asked = sent({}, "application/json", raw=b'{"')

    assert (asked.body, asked.header("content-type")) == (b'{"', "application/json")


def test_credentials_are_added_where_a_scheme_puts_them() -> None:
    credential = Credential({"X-Key": "k"}, {"token": "t"}, {"session": "s s"})
    asked = operation("GET /things", parameters=[{"name": "it", "in": "query", "required": True, "schema": TEXT}])

    for request in (
        write(asked, Values({("query", "it"): "a"}), added=credential),
        present(write(asked, Values({("query", "it"): "a"})), credential),
    ):
        assert request.path == "/things?it=a&token=t"
        assert (request.header("x-key"), request.header("cookie")) == ("k", "session=s%20s")


def test_a_credential_that_a_request_brings_is_left_alone() -> None:
    asked = Request("GET", "/things", (("authorization", "Bearer mine"),))

    assert present(asked, Credential({"Authorization": "Bearer other"})).header("authorization") == "Bearer mine"


def test_paths_begin_after_the_prefix() -> None:
    assert write(operation("GET /things"), Values(), "/api").path == "/api/things"
