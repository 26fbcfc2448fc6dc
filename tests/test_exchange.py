"""An exchange says what was sent, and its curl command sends it again, byte for byte."""

import shutil
import string
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.client import Client, Connection
from conformance.exchange import Answer, Exchange, Request, build, segment
from tests.makers import answered, unanswered
from tests.servers import Received, Recorder, recording

# What each HTTP client says of itself.
_OWN = {"host", "user-agent", "accept", "accept-encoding", "connection", "expect", "content-length"}
_BEARER = {"Authorization": 'Bearer it\'s $HOME `id` "!!" \\'}

needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


@pytest.fixture(scope="module")
def target() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture(scope="module")
def client(target: Recorder) -> Iterator[Client]:
    client = Client(Connection(target.url))
    yield client
    client.close()


def paste(command: str) -> str:
    """Paste a command into a shell, as a reader does: an argument could not be that long."""
    done = subprocess.run(["bash"], input=command.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def told(request: Received) -> tuple[Any, ...]:
    headers = {(name.lower(), value) for name, value in request.headers if name.lower() not in _OWN}
    return request.method, request.path, headers, request.body


def assert_reproduced(request: Request, client: Client, target: Recorder) -> None:
    target.received.clear()
    exchange = client.send(request)
    assert exchange.status == 200
    paste(exchange.curl())

    sent, again = target.received
    assert told(again) == told(sent)


REQUESTS = {
    "a query of all kinds": build("GET", "/search", query={"q": "a&b=c#d?e/f;g%41+ 'é漢🦄\"\n\0", "limit": -1}),
    "brackets and braces": Request("GET", "/items[0]/{id}?a[]=1&b={x,y}"),
    "characters that a path should not hold": Request("GET", "/a b/ü/\"<>`|^\\/$HOME/!!?q=it's"),
    "a segment of dots": build("GET", f"/items/{segment('..')}/{segment('.')}/x"),
    "dots that are in the way": Request("GET", "/a/../b/./c"),
    "a percent sign that encodes nothing": Request("GET", "/items/100%/x%zz"),
    "credentials with quotes": build("GET", "/me", headers=_BEARER),
    "a header of all Unicode": build("GET", "/", headers={"X-Name": "Łukasz 漢"}),
    "a header without a value": build("GET", "/", headers={"X-Empty": "", "X-Next": "1"}),
    "no body where one is usual": build("POST", "/events"),
    "an empty body": build("POST", "/items", body=b""),
    "an empty body where none is usual": build("GET", "/items", body=b""),
    "a body where none is usual": build("GET", "/items", json={"a": 1}),
    "a method with a body": build("DELETE", "/items/1", json=None),
    "another method": build("PATCH", "/items/1", json={"name": "pen"}),
    "JSON with quotes": build("POST", "/items", json={"name": 'it\'s "quoted" $HOME `id` \\ !! é漢🦄', "price": 1e300}),
    "JSON of control characters": build("POST", "/items", json={"name": "a\0b\x1b[31m\r\n\u202e"}),
    "a body that looks like a file's name": build("POST", "/items", body=b"@/etc/hostname"),
    "a body that looks like an option": build("POST", "/items", body=b"--next"),
    "a body of no media type": build("POST", "/items", body=b'{"name": "pen"}'),
    "a body with line ends": build("POST", "/items", body=b"one\ntwo\r\nthree\n"),
    "bytes that are no text": build("POST", "/items", body=bytes(range(256)), headers={"Content-Type": "a/b"}),
    "a form": build("POST", "/token", form={"username": "a b&c", "password": "é+%'\""}),
    "an upload": build(
        "POST", "/upload", files={"file": ('o\'dd "name".bin', b"\0\r\n--x\xff", "application/x-thing")}
    ),
    "an empty upload": build("POST", "/upload", files={"file": ("empty.txt", b"", "text/plain")}),
    "an upload of 1 MiB": build("POST", "/upload", files={"file": ("big.bin", bytes(range(256)) * 4096, "a/b")}),
    "the longest body that is shown plainly": build("POST", "/items", body=b"x" * 2000),
    "the shortest body that is packed": build("POST", "/items", body=b"x" * 2001),
}


@needs_curl
@pytest.mark.parametrize("name", REQUESTS)
def test_a_pasted_command_sends_the_same_again(name: str, client: Client, target: Recorder) -> None:
    assert_reproduced(REQUESTS[name], client, target)


@needs_curl
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | st.text().map(lambda text: text.encode()))
def test_a_pasted_command_sends_any_body_again(body: bytes, client: Client, target: Recorder) -> None:
    assert_reproduced(build("POST", "/items", body=body), client, target)


@needs_curl
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_a_pasted_command_sends_any_text_again(text: str, client: Client, target: Recorder) -> None:
    request = build("POST", f"/items/{segment(text)}", query={"q": text}, json={"name": text})

    assert_reproduced(request, client, target)


@needs_curl
def test_a_pasted_head_shows_the_head(client: Client, target: Recorder) -> None:
    assert "Content-Type: application/json" in paste(Exchange(build("HEAD", "/"), target.url).curl())


@needs_curl
def test_a_pasted_command_sends_the_configured_headers(target: Recorder) -> None:
    client = Client(Connection(target.url, {"X-Tenant": "blue"}))
    try:
        assert_reproduced(build("GET", "/"), client, target)
    finally:
        client.close()

    assert target.received[-1].header("x-tenant") == "blue"


def test_a_command_is_one_line() -> None:
    request = build("POST", "/items", json={"name": "\n\x1b\u2028"}, query={"q": "\n"})

    assert Exchange(request, "http://target").curl().isprintable()


def test_json_keeps_the_numbers_that_it_is_given() -> None:
    assert build("POST", "/", json={"n": 2**53 - 1}).body == b'{"n": 9007199254740991}'


def test_json_cannot_be_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        build("POST", "/", json=float("nan"))


def test_null_is_a_body_and_no_json_is_none() -> None:
    assert build("POST", "/", json=None).body == b"null"
    assert build("POST", "/").body is None


def test_a_space_in_a_query_is_percent_encoded() -> None:
    assert build("GET", "/search", query={"q": "a b"}).path == "/search?q=a%20b"


def test_a_query_may_name_a_parameter_twice() -> None:
    assert build("GET", "/", query=[("a", 1), ("a", 2)]).path == "/?a=1&a=2"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_segment_holds_no_character_that_a_path_reads(text: str) -> None:
    encoded = segment(text)

    assert set(encoded) <= set(string.ascii_letters + string.digits + "-._~%")
    assert encoded.strip(".")


def test_a_header_is_found_whatever_its_case() -> None:
    assert Answer(200, (("CONTENT-TYPE", "a/b"),), b"").header("content-type") == "a/b"


def test_the_first_of_two_headers_counts() -> None:
    assert Answer(200, (("a", "1"), ("A", "2")), b"").header("a") == "1"


def test_a_body_that_is_no_text_is_shown_all_the_same() -> None:
    assert answered(body=b"ok\xff").received() == "200 ok\\xff"


def test_another_media_type_than_json_is_shown() -> None:
    assert answered(404, b"<h1>", (("content-type", "text/html; charset=utf-8"),)).received() == "404 text/html <h1>"


def test_why_there_is_no_answer_is_shown() -> None:
    assert unanswered("no connection in time").received() == "no connection in time"


def test_what_was_sent_is_shown_with_its_body() -> None:
    exchange = Exchange(build("POST", "/items", body=b"a\xff"), "http://target")

    assert exchange.sent() == "POST /items  a\\xff"


def test_what_was_sent_is_shown_with_the_headers_that_tell_requests_apart() -> None:
    presented = {"Origin": "http://evil.example", "Authorization": "Basic dXNlcjpwYXNz"}
    exchange = Exchange(build("POST", "/items", json=[], headers=presented), "http://target")

    assert exchange.sent() == "POST /items  (Origin: http://evil.example, Authorization: Basic dXNlcjpwYXNz)  []"


def test_several_lines_of_one_header_are_one_list() -> None:
    answer = Answer(405, (("Allow", "GET"), ("Server", "x"), ("allow", "POST, PUT")), b"")

    assert answer.combined("ALLOW") == "GET, POST, PUT"
    assert answer.combined("Vary") == ""
