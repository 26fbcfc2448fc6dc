"""Guide section 16: a file arrives whole, whatever it holds and however it is called."""

import itertools
from typing import Any

from hypothesis import strategies as st

from conformance.checks import expect_error_at, expect_success, expect_value
from conformance.client import MIB
from conformance.exchange import Request, build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import filenames

_EVERY_BYTE = bytes(range(256))
_CONTENTS = [
    b"x",
    b"\0",
    b"\r\n",
    b"line\nline\r\nline\r",
    b"\r\n--boundary--\r\n",
    b"\xef\xbb\xbfwith a mark",
    "é 日本語 🦄".encode(),
    _EVERY_BYTE,
    b"\xff\xfe\xfd" * 100,
    b"x" * 65_536,
    _EVERY_BYTE * (MIB // 256),
    _EVERY_BYTE * (MIB // 256) + b"one more",
]
# What the contract holds a body to where no row says more; the full profile asks for more in rows of its own.
_SURE = 64 * 1024
_NAMES = [
    "a",
    "a.txt",
    "A.TXT",
    "report 2024 final.pdf",
    "archive.tar.gz",
    "UPPER_lower-1.0",
    ".hidden",
    "no-ending",
    "a..b",
    "two  spaces.txt",
    "ends with a dot.",
    "-dash",
    "setup.exe",
    "index.php",
    "index.html",
    "run.sh",
    "script.js",
    "CON.txt",
    "_private_",
    "a--b__c.txt",
    # Whoever has one of this name may think of another.
    "a.txt",
    "x" * 251 + ".txt",
    "y" * 255,
]
_KINDS_OF_TEXT = ["text/csv", "text/html", "text/markdown", "application/json", "text/plain; charset=utf-8"]
_FOREIGN_NAMES = ["résumé.txt", "日本語.txt", "Привет.txt", "مرحبا.txt", "🦄.png"]


def _upload(name: str, content: bytes, kind: str = "application/octet-stream") -> Request:
    return build("POST", "/upload", files={"file": (name, content, kind)})


@requirement("upload-counted")
@given(
    st.tuples(
        st.binary(min_size=1, max_size=2000), st.sampled_from(["application/octet-stream", "text/plain", "image/png"])
    ),
    boundaries=[
        # Whoever reads texts may count what was read.
        *itertools.product(_CONTENTS, ["application/octet-stream", "text/plain"]),
        *(("é 日本語 🦄".encode(), kind) for kind in _KINDS_OF_TEXT),
    ],
    count=8,
)
def test_every_byte_is_counted(api: Api, sent: tuple[bytes, str]) -> Flow:
    content, kind = sent
    exchange = yield _upload("file.bin", content, kind)

    # A form reader, or a proxy in front, may take no more than 1 MiB unless it is told to.
    if exchange.status == 413 and api.profile == "core" and len(content) >= _SURE:
        return
    expect_success(exchange)
    expect_value(exchange, "bytes", len(content))


@requirement("upload-filename")
@given(filenames(), boundaries=_NAMES, count=10)
def test_a_file_name_comes_back_as_sent(api: Api, name: str) -> Flow:
    exchange = yield _upload(name, b"content")

    expect_success(exchange)
    expect_value(exchange, "filename", name)


@requirement("upload-filename-unicode")
@given(boundaries=_FOREIGN_NAMES)
def test_a_file_name_in_any_script_does_too(api: Api, name: str) -> Flow:
    exchange = yield _upload(name, b"content")

    expect_success(exchange)
    expect_value(exchange, "filename", name)


@requirement("upload-empty")
@given(boundaries=[("empty.txt", "text/plain"), ("empty.bin", "application/octet-stream")])
def test_an_empty_file_is_accepted(api: Api, sent: tuple[str, str]) -> Flow:
    name, kind = sent
    exchange = yield _upload(name, b"", kind)

    expect_success(exchange)
    expect_value(exchange, "bytes", 0)


@requirement("upload-missing")
@given(
    boundaries=[
        {"other": ("a.txt", b"content", "text/plain")},
        {"File": ("a.txt", b"content", "text/plain")},
        {"comment": (None, b"text", None)},
        # Names that are nearly right, each of which somebody may look for.
        dict.fromkeys(("files", "file2", "upload", "document"), ("a.txt", b"content", "text/plain")),
    ]
)
def test_a_form_without_the_file_is_refused(api: Api, files: dict[str, Any]) -> Flow:
    exchange = yield build("POST", "/upload", files=files)

    expect_error_at(exchange, "file")
