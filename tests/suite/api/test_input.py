"""What a refusal tells: the part that was broken, in whatever way a right server names it."""

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.suite.api._broken import Broken
from conformance.suite.api._identifiers import Pool
from conformance.suite.api._requests import Values
from conformance.suite.api._survey import Seen
from conformance.suite.api.test_api_input import _misplaced, _refused
from tests.suite.api.makers import operation, told
from tests.suite.api.test_answers import seen

CREATE = operation("POST /shapes")


def refused(**entry: Any) -> Seen:
    asked = seen(CREATE, 422, {"detail": [{"loc": ["body", 0], "msg": "wrong", **entry}]})
    broken = Broken(Values(), "body", "kind", "required", "#/paths")
    return Seen(CREATE, asked.exchange, "broken", broken=broken)


@pytest.mark.parametrize("kind", ["union_tag_not_found", "union_tag_invalid"])
def test_a_union_of_which_none_was_chosen_is_named_itself(kind: str) -> None:
    assert _misplaced(refused(type=kind)) is None


def test_any_other_part_is_named_by_its_own_name() -> None:
    assert _misplaced(refused(type="missing")) is not None


@pytest.mark.parametrize("loc", [["path", "task_id"], ["path"], ["body", "id"]], ids=str)
@pytest.mark.parametrize("given", [True, False])
def test_a_given_document_may_call_what_is_in_a_path_by_another_name(loc: list[str], given: bool) -> None:
    asked = seen(CREATE, 422, {"detail": [{"loc": loc, "msg": "wrong", "type": "uuid_parsing"}]})
    broken = Broken(Values(), "path", "id", "format uuid", "#/paths")

    wrong = _misplaced(Seen(CREATE, asked.exchange, "broken", broken=broken), given=given)

    assert (wrong is None) == ((given and loc == ["path", "task_id"]) or loc == ["body", "id"])


def is_red(body: dict[str, Any], *, accepted: bool = False, status: int = 400) -> bool:
    pool = Pool()
    pool.absorb(operation("GET /teams"), {}, told([{"id": 3}]))
    survey: Any = SimpleNamespace(pool=pool, accepted={CREATE.label: True} if accepted else {})
    return bool(_refused(survey, Seen(CREATE, seen(CREATE, status, {}).exchange, "valid", Values(body=body))))


@pytest.mark.parametrize("body", [{"team": 4}, {"team_id": 4}, {"team_ids": [3, 4]}, {"token": "x"}, {"password": "x"}])
def test_a_reference_to_nothing_and_an_unknown_secret_may_be_refused(body: dict[str, Any]) -> None:
    assert not is_red(body)


@pytest.mark.parametrize("body", [{"team": 3}, {"team_ids": [3]}, {"name": "pen"}, {"order_id": 4}])
def test_everything_else_that_fits_may_not(body: dict[str, Any]) -> None:
    assert is_red(body)


def test_a_secret_that_was_taken_once_is_taken_again() -> None:
    assert is_red({"password": "x"}, accepted=True)


@pytest.mark.parametrize("status", [412, 428])
def test_a_condition_that_does_not_hold_is_no_refusal_of_the_input(status: int) -> None:
    assert not is_red({"name": "pen"}, status=status)
