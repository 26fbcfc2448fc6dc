"""Exchanges are found their documented operations."""

from dataclasses import dataclass

import pytest

from conformance.exchange import Answer, Exchange, Request
from conformance.suite.described import Case, matched
from conformance.suite.documents import Document
from tests.makers import answered


@dataclass(frozen=True)
class Operation:
    """As much of an operation as finding it takes."""

    method: str
    path: str

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


OPERATIONS = [
    Operation("get", "/items/{item_id}"),
    Operation("get", "/items/latest"),
    Operation("delete", "/items/{id}"),
]
CREATE = Operation("post", "/items")
DOCUMENT = Document(answered(), {"openapi": "3.1.0"}, "")


def asked(method: str, path: str, status: int = 200, body: bytes | None = None) -> Exchange:
    return Exchange(Request(method, path, (), body), "http://target", Answer(status, (), b"{}"))


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/items/7?full=1", "get /items/{item_id}"),
        ("GET", "/items/latest", "get /items/latest"),
        ("DELETE", "/items/latest", "delete /items/{id}"),
        ("POST", "/items/7", None),
        ("GET", "/items/7/parts", None),
        ("GET", "/other", None),
    ],
)
def test_an_exchange_belongs_to_the_most_definite_operation(method: str, path: str, found: str | None) -> None:
    cases = list(matched(DOCUMENT, OPERATIONS, [asked(method, path)]))

    assert [case.label for case in cases] == ([found] if found else [])


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": NaN}', b'{"a": 1e400}', b'{"a": "\\ud800"}', b"[" * 100_000])
def test_a_400_for_a_body_that_many_cannot_read_is_none_of_the_operations(body: bytes) -> None:
    case = Case("post /items", CREATE, asked("POST", "/items", 400, body))

    assert case.is_beside_the_operation()


def test_a_400_for_a_readable_body_is_the_operations() -> None:
    case = Case("post /items", CREATE, asked("POST", "/items", 400, b'{"a": 1.5}'))

    assert not case.is_beside_the_operation()


@pytest.mark.parametrize("status", [405, 401])
def test_an_answer_to_another_method_is_none_of_the_operations(status: int) -> None:
    case = Case("post /items", CREATE, asked("DELETE", "/items", status))

    assert case.is_beside_the_operation()
