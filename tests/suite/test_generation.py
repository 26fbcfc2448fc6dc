"""What schemathesis makes of a document is sent only where it is a request."""

import pytest

from conformance.exchange import build
from conformance.suite.generation import within_the_contract

_HEAD = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\ncontent\x00\r\n--b--\r\n'
_KIND = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize(
    ("name", "sent"),
    [(b"file", True), ("n\u00fcmber \x80".encode(), True), (b"a\tb", True), (b"a\x12b", False), (b"a\x7f", False)],
)
def test_the_head_of_a_part_holds_no_control_character(name: bytes, *, sent: bool) -> None:
    assert within_the_contract(build("POST", "/upload", headers=_KIND, body=_HEAD % name)) == sent


@pytest.mark.parametrize("body", [b"", b"190", b"--b\r\n190--b--\r\n", b"--b--\r\n"])
def test_a_form_without_a_part_is_none(body: bytes) -> None:
    assert not within_the_contract(build("POST", "/upload", headers=_KIND, body=body))
