"""The limit on bodies holds while they stream in (guide section 16)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reference_app.core.body_limit import MEBIBYTE
from reference_app.routers.upload import LARGEST_FILE

pytestmark = pytest.mark.anyio

BOUNDARY = b"boundary"
HEAD = (
    b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
)
FORM = {"content-type": "multipart/form-data; boundary=boundary"}


class EndlessBody:
    """An ASGI `receive` of a file that never ends, and how much of it was read."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self) -> dict[str, Any]:
        body = b"x" * MEBIBYTE if self.read else HEAD
        self.read += len(body)
        return {"type": "http.request", "body": body, "more_body": True}


async def post(app: FastAPI, path: str, receive: EndlessBody, content_type: bytes) -> Any:
    """Send an endless body past every client, which would not."""
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", content_type)],
    }
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/upload", FORM["content-type"].encode()), ("/items", b"application/json")],
)
async def test_a_body_without_end_is_refused_after_a_bounded_part(path: str, content_type: bytes, app: FastAPI) -> None:
    body = EndlessBody()

    status, answer = await post(app, path, body, content_type)

    assert (status, list(answer)) == (413, ["detail"])
    assert body.read < 3 * LARGEST_FILE


@pytest.mark.parametrize("announced", [True, False], ids=["content-length", "chunked"])
def test_a_body_over_the_limit_is_refused_in_the_format_of_all_errors(announced: bool, client: TestClient) -> None:
    body = HEAD + b"x" * (LARGEST_FILE + MEBIBYTE) + b"\r\n--boundary--\r\n"
    answer = client.post("/upload", content=body if announced else _parts(body), headers=FORM)

    assert (answer.status_code, list(answer.json())) == (413, ["detail"])


@pytest.mark.parametrize(("size", "status"), [(LARGEST_FILE, 200), (LARGEST_FILE + 1, 413)])
def test_the_limit_is_exact_to_the_byte(size: int, status: int, client: TestClient) -> None:
    answer = client.post("/upload", files={"file": ("a.bin", b"x" * size)})

    assert answer.status_code == status


def _parts(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), MEBIBYTE):
        yield body[start : start + MEBIBYTE]
