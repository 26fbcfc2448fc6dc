"""What is not routed is told from a thing that is not there by what its 404 says, and not by what is of one answer."""

import json

import pytest

from conformance.exchange import Answer, Exchange, Request
from conformance.suite.api.test_api_document import _wording


def refused(path: str, **told: str) -> Exchange:
    body = json.dumps({"title": "Not Found", **told}).encode()
    return Exchange(Request("GET", path), "http://target", Answer(404, (), body), None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"instance": "/a/7"}, {"instance": "/b"}),
        ({"at": "2026-01-02T03:04:05Z"}, {"at": "2026-01-02T03:04:06Z"}),
        ({"detail": "Cannot GET /a/7"}, {"detail": "Cannot GET /b"}),
    ],
)
def test_a_path_and_a_time_are_of_one_answer(one: dict[str, str], other: dict[str, str]) -> None:
    assert _wording(refused("/a/7", **one)) == _wording(refused("/b", **other))


def test_words_tell_of_a_handler() -> None:
    assert _wording(refused("/a/7", detail="No such thing")) != _wording(refused("/b", detail="Not Found"))
