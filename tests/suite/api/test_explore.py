"""An API is explored from what it gives, within what the run may do, and with what the run made itself."""

import json
import re
import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from conformance.catalogue import of_profile
from conformance.settings import Credentials, JWTKey
from conformance.suite.api._probes import _pattern, tampered
from conformance.verdict import Outcome
from tests.servers import Received, answer
from tests.suite.api.makers import saying
from tests.suite.api.stores import ID, PATHS, Store, exploring, say

# What of each path only reads.
READS = {
    path: {key: each for key, each in item.items() if key in ("parameters", "get")} for path, item in PATHS.items()
}
MINE = {"id": 1, "name": "not the run's", "note": "keep me", "size": 7}


def explored(store: Store, part: tuple[int, int] = (1, 1), **told: Any) -> dict[str, Outcome]:
    with exploring(store, part, **told) as attempt:
        return {id: attempt(id) for id in of_profile("api")}


def methods(store: Store) -> set[str]:
    return {each.method for each in store.received}


def asked(store: Store) -> set[str]:
    """Give the collections that were asked for anything but the document."""
    return {each.path.split("/")[1].partition("?")[0] for each in store.received} - {"openapi.json"}


def test_what_was_there_before_the_run_stays_as_it_was() -> None:
    store = Store()
    store.things[1] = dict(MINE)

    found = explored(store)

    assert store.things[1] == MINE
    assert found["api-deleted-gone"].status == "passed"
    touched = {each.path for each in store.received if each.method in ("PUT", "DELETE")}
    assert "/things/1" not in touched


def test_an_identifier_at_the_edge_of_its_schema_is_not_deleted() -> None:
    edge = {**ID, "schema": {"type": "integer", "minimum": 1, "maximum": 3}}
    store = Store({**PATHS, "/things/{id}": {**PATHS["/things/{id}"], "parameters": [edge]}})
    store.things |= {id: {**MINE, "id": id, "name": f"number {id}"} for id in (1, 2, 3)}

    explored(store)

    assert {1, 2, 3} <= set(store.things)


def test_a_run_that_only_reads_sends_nothing_else() -> None:
    store = Store()
    store.things[1] = dict(MINE)

    found = explored(store, read_only=True)

    assert methods(store) <= {"GET", "HEAD"}
    assert found["api-response-model"].status == "passed"
    assert found["api-deleted-gone"].status == "not_verified"


@pytest.mark.parametrize(
    ("told", "left_out"),
    [
        ({"exclude": ("DELETE *",)}, "DELETE"),
        ({"exclude": ("remove_*",)}, "DELETE"),
        ({"exclude": ("danger",)}, "DELETE"),
        ({"include": ("GET *", "POST *")}, "PUT"),
    ],
)
def test_operations_are_left_out_by_label_id_and_tag(told: dict[str, Any], left_out: str) -> None:
    item = PATHS["/things/{id}"]
    delete = {**item["delete"], "operationId": "remove_thing", "tags": ["danger"]}
    store = Store({**PATHS, "/things/{id}": {**item, "delete": delete}})

    found = explored(store, **told)

    # That a path knows no other method is asked with an identifier that is nobody's.
    assert not [
        each
        for outcome in found.values()
        for each in outcome.operations
        if each["operation"].startswith(f"{left_out} ")
    ]
    assert found["api-no-5xx"].status == "passed"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"include": ("thing",)}, "--include thing matches no operation of the document; did you mean /things"),
        ({"include": ("PATCH *",)}, "--include PATCH * matches no operation of the document; "),
        (
            {"include": ("GET *", "/thing")},
            "--include /thing matches no operation of the document; did you mean /things",
        ),
        (
            {"exclude": ("DELETE /thing/{id}",)},
            "--exclude DELETE /thing/{id} matches no operation of the document; did ",
        ),
        (
            {"include": ("qqqqqq",)},
            "--include qqqqqq matches no operation of the document; known are: /things, GET /things, POST /things, ",
        ),
    ],
    ids=["a name", "all of them", "one of them", "left out", "like no other"],
)
def test_a_pattern_that_matches_no_operation_is_told_and_nothing_is_tried(told: dict[str, Any], reason: str) -> None:
    store = Store()

    found = explored(store, **told)

    assert found["api-no-5xx"].status == "not_verified"
    assert found["api-no-5xx"].message.startswith(reason)
    assert methods(store) == {"GET"}
    assert not asked(store) & {"things"}


def test_what_a_wild_pattern_leaves_out_need_not_be_there() -> None:
    found = explored(Store(READS), exclude=("DELETE *",))

    assert found["api-no-5xx"].status == "passed"


def test_a_path_is_filled_with_what_a_list_gave() -> None:
    store = Store(READS)
    store.things[7] = {**MINE, "id": 7}

    found = explored(store)

    assert "/things/7" in {each.path for each in store.received}
    assert {each["status"] for each in found["api-response-model"].operations} == {"passed"}


def test_where_no_identifier_is_known_that_is_the_reason() -> None:
    store = Store({**PATHS, "/parts/{id}": READS["/things/{id}"]})

    found = explored(store)

    reasons = {each["operation"]: each["message"] for each in found["api-invalid-refused"].operations}
    assert reasons["GET /parts/{id}"] == "no identifier was found for id"


def test_a_part_is_studied_alone_and_its_chains_are_explored() -> None:
    # The store serves things alone: the others are 404, which is all that matters here.
    others = {path.replace("things", "parts"): item for path, item in PATHS.items()}
    stores = [Store({**PATHS, **others}) for _ in range(2)]

    found = [explored(store, (number, 2)) for number, store in enumerate(stores, 1)]

    labels = [{each["operation"] for each in outcomes["api-no-5xx"].operations} for outcomes in found]
    assert [{label.split("/")[1] for label in each} for each in labels] == [{"things"}, {"parts"}]
    assert all(outcomes["api-no-5xx"].partial for outcomes in found)
    things, parts = (len(store.received) for store in stores)
    assert parts < things
    assert asked(stores[1]) >= {"things", "parts"}


def test_of_two_resources_of_one_name_the_read_below_the_create_is_its_own() -> None:
    # The store serves nothing below /v1.
    older = {f"/v1{path}": item for path, item in READS.items()}
    store = Store({**older, **PATHS})

    found = explored(store)

    assert {each["status"] for each in found["api-created-available"].operations} == {"passed"}


def test_a_document_may_name_what_the_base_url_ends_with() -> None:
    # A router with a prefix says the whole path.
    store = Store({f"/v1{path}": item for path, item in PATHS.items()})

    with exploring(store, base="/v1") as attempt:
        found = {id: attempt(id).status for id in ("api-created-available", "api-valid-accepted", "api-deleted-gone")}

    assert set(found.values()) == {"passed"}


def test_a_base_url_below_a_first_step_of_the_same_name_is_not_taken_for_it() -> None:
    store = Store()

    with exploring(store, base="/things") as attempt:
        found = attempt("api-created-available")

    assert found.status == "passed"


def test_what_never_accepts_by_its_own_document_refuses_nothing() -> None:
    refusing = {"get": {"responses": {"400": saying({})}}}
    store = Store({**PATHS, "/complaints": refusing})
    store.amiss = lambda request: say(400, {}) if request.path.startswith("/complaints") else None

    found = explored(store)

    assert found["api-valid-accepted"].status == "passed"


@pytest.mark.parametrize(
    ("template", "path", "fits"),
    [
        ("/items/{id}", "/items/7", True),
        ("/items/{id}", "/items/", True),
        ("/items/{id}", "/items", False),
        ("/items/{id}", "/items/7/parts", False),
        ("/files/{file_path}", "/files/a/b", True),
        ("/files/{path}/size", "/files/a/b", False),
    ],
)
def test_a_parameter_may_be_empty_and_only_one_that_is_called_a_path_may_hold_slashes(
    template: str, path: str, *, fits: bool
) -> None:
    assert (re.fullmatch(_pattern(template), path) is not None) == fits


def test_workers_make_different_things() -> None:
    names = []
    for number in (1, 2):
        store = Store()
        with exploring(store, (number, 2)) as attempt:
            attempt("api-created-available")
        names.append(
            {(store.read(each) or {}).get("name") for each in store.received if each.method == "POST"} - {None}
        )

    assert not names[0] & names[1]


def test_a_thing_is_changed_and_deleted_by_the_tag_of_its_newest_state() -> None:
    condition = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
    one = {**PATHS["/things/{id}"]}
    one |= {method: {**one[method], "parameters": [condition]} for method in ("put", "delete")}
    store = Store({**PATHS, "/things/{id}": one})

    def tag(request: Received) -> str:
        return f'"{hash(str(store.things.get(int(request.path.rpartition("/")[2]))))}"'

    def amiss(request: Received) -> bytes | None:
        if not re.fullmatch(r"/things/\d+", request.path):
            return None
        if request.method == "GET" and int(request.path.rpartition("/")[2]) in store.things:
            return answer(
                200, json.dumps(store.things[int(request.path.rpartition("/")[2])]).encode(), ETag=tag(request)
            )
        given = request.header("if-match")
        is_conditional = request.method in ("PUT", "DELETE") and given not in (tag(request), "*")
        return answer(412 if given else 428) if is_conditional else None

    store.amiss = amiss
    found = explored(store)

    assert {found[each].status for each in ("api-deleted-gone", "api-rejected-changes-nothing")} == {"passed"}


SECRET = "a-secret-of-more-than-thirty-two-bytes"
ISSUED = jwt.encode({"sub": "ada", "exp": int(time.time()) + 600}, SECRET, "HS256")


def test_a_tampered_token_is_one_that_its_key_does_not_verify() -> None:
    survey: Any = SimpleNamespace(api=SimpleNamespace(credentials=Credentials(jwt=JWTKey(SECRET))))

    forged = dict(tampered(survey, ISSUED))

    assert {"with its payload changed", "without its signature", "unsigned (alg none)"} < set(forged)
    for how, token in forged.items():
        with pytest.raises(jwt.InvalidTokenError):
            jwt.decode(token, SECRET, algorithms=["HS256"])
        assert token != ISSUED, how


@pytest.mark.parametrize("text", ["opaque", "a.b.c", "", "a.b"])
def test_what_is_no_token_is_not_tampered_with(text: str) -> None:
    survey: Any = SimpleNamespace(api=SimpleNamespace(credentials=Credentials()))

    assert list(tampered(survey, text)) == []
