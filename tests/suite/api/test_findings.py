"""Requirements are judged operation by operation, and what fails is asked once more before it counts."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from conformance.catalogue import of_profile
from conformance.checks import CannotTell, Mismatch
from conformance.client import Client, Connection
from conformance.properties import Api, Draws
from conformance.suite.api._findings import Finding, settle
from conformance.verdict import Outcome
from tests.makers import answered
from tests.servers import Received, answer
from tests.suite.api.stores import Store, exploring, say

READ = "GET /things/{id}"
WRONG = json.dumps({"id": "seven", "name": "pen"}).encode()


def by_operation(outcome: Outcome) -> dict[str, str]:
    return {each["operation"]: each["status"] for each in outcome.operations}


def is_read(request: Received) -> bool:
    return request.method == "GET" and request.path.startswith("/things/")


def amiss(
    said: bytes, of: Callable[[Received], bool], times: int, after: int = 0
) -> Callable[[Received], bytes | None]:
    """Give what answers amiss so many times, once as many were answered rightly, and then no more."""
    turns = count()
    return lambda request: said if of(request) and after <= next(turns) < after + times else None


def test_a_right_api_whose_names_are_unique_holds() -> None:
    with exploring(Store()) as attempt:
        found = {id: attempt(id) for id in of_profile("api")}

    # It answers 404 and 422 without documenting them, as many do.
    assert [id for id, each in found.items() if each.status not in ("passed", "not_verified")] == [
        "api-errors-documented"
    ]
    assert by_operation(found["api-valid-accepted"])["POST /things"] == "passed"
    assert not [id for id, each in found.items() if each.status == "not_verified" and each.applies]


def test_each_operation_has_a_finding_of_its_own() -> None:
    store = Store()
    store.amiss = lambda request: answer(200, WRONG) if is_read(request) else None

    with exploring(store) as attempt:
        found = attempt("api-response-model")

    assert found.status == "failed"
    assert by_operation(found)[READ] == "failed"
    assert by_operation(found)["GET /things"] == "passed"
    assert "/responses/200/content/application~1json/schema" in (found.expected or "")


def test_an_answer_that_is_wrong_once_is_unstable() -> None:
    store = Store()
    store.amiss = amiss(answer(200, WRONG), is_read, times=1)

    with exploring(store) as attempt:
        assert attempt("api-response-model").status == "unstable"


@pytest.mark.parametrize(("times", "status"), [(1, "unstable"), (1000, "failed")])
def test_a_deletion_that_did_nothing_is_followed_again(times: int, status: str) -> None:
    store = Store()
    store.amiss = amiss(answer(204, b""), lambda request: request.method == "DELETE", times)

    with exploring(store) as attempt:
        assert attempt("api-deleted-gone").status == status


@pytest.mark.parametrize(("times", "status"), [(1, "unstable"), (1000, "failed")])
def test_a_replacement_that_is_not_stored_is_followed_again(times: int, status: str) -> None:
    store = Store()
    lost = say(200, {"id": 1, "name": "pen"})
    # The first one is a try for a success.
    store.amiss = amiss(lost, lambda each: each.method == "PUT" and store.read(each) is not None, times, after=1)

    with exploring(store) as attempt:
        assert attempt("api-write-read-back").status == status


def test_the_document_is_fetched_once_however_much_fails() -> None:
    store, fetched = Store(), []

    def broken(request: Received) -> bytes | None:
        fetched.extend([request.path] if request.path == "/openapi.json" else [])
        return answer(500) if is_read(request) else None

    store.amiss = broken
    with exploring(store) as attempt:
        failed = [id for id in ("api-no-5xx", "api-errors-documented") if attempt(id).status == "failed"]

    assert failed == ["api-no-5xx", "api-errors-documented"]
    assert fetched == ["/openapi.json"]


@pytest.fixture
def api() -> Any:
    client = Client(Connection("http://127.0.0.1:9"))
    yield Api(client, Draws(1, "quick", "api-no-5xx"))
    client.close()


def test_where_nothing_could_be_judged_every_reason_is_given(api: Api) -> None:
    with pytest.raises(CannotTell, match="GET /a: no identifier; GET /b: it is forbidden") as raised:
        settle(api, [Finding("GET /a", untold="no identifier"), Finding("GET /b", untold="it is forbidden")], "nothing")

    assert raised.value.applies


def test_what_concerns_no_operation_does_not_apply(api: Api) -> None:
    with pytest.raises(CannotTell, match="nothing declares it") as raised:
        settle(api, [], "nothing declares it")

    assert not raised.value.applies


def test_one_operation_that_holds_is_enough(api: Api) -> None:
    settle(api, [Finding("GET /a"), Finding("GET /b", untold="no identifier")], "nothing")

    assert [each["status"] for each in api.operations] == ["passed", "not_verified"]


def test_the_smallest_request_is_the_evidence(api: Api) -> None:
    small, large = Mismatch(answered(500), "no 5xx", "small"), Mismatch(answered(500), "no 5xx", "large")
    object.__setattr__(large.evidence.request, "path", "/much/longer")  # type: ignore[union-attr]  # it is an exchange

    with pytest.raises(Mismatch) as raised:
        settle(api, [Finding("GET /b", large), Finding("GET /a", small)], "nothing")

    assert raised.value is small
