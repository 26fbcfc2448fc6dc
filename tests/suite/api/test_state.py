"""What a refusal leaves behind, for whatever reason it refuses."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from conformance.settings import Credentials
from tests.servers import Received
from tests.suite.api.stores import PATHS, Store, exploring, say
from tests.suite.api.test_explore import explored

Kept = Callable[[dict[str, Any]], dict[str, Any] | None]
UNCHANGED = "api-rejected-changes-nothing"


def status(store: Store, requirement: str, **told: Any) -> str:
    """Give what the suite says of one requirement."""
    with exploring(store, **told) as attempt:
        return attempt(requirement).status


def put(store: Store, thing: dict[str, Any]) -> int:
    """Put a thing in a store, and give its id."""
    id = max(store.things, default=0) + 1
    store.things[id] = {**thing, "id": id}
    return id


def test_a_write_that_is_refused_for_what_is_there_already_changes_nothing() -> None:
    store = Store()

    def refuse(each: Received) -> bytes | None:
        value = store.read(each) if each.method == "PUT" else None
        thing = store.things.get(int(each.path.rpartition("/")[2])) if value else None
        if thing is None or value is None:
            return None
        thing["note"] = value.get("note", "")
        return say(409, {"detail": "it is shipped"})

    store.amiss = refuse

    assert explored(store)["api-rejected-changes-nothing"].status == "failed"


def test_a_write_that_is_refused_and_leaves_everything_as_it_was_is_right() -> None:
    store = Store()
    store.amiss = lambda each: say(409, {"detail": "it is shipped"}) if each.method == "PUT" else None

    assert explored(store)["api-rejected-changes-nothing"].status == "passed"


def creating(kept: Kept, paths: dict[str, Any] = PATHS) -> Store:
    """Give a store whose create answers what it was sent and keeps what it is told to, nothing for None."""
    store = Store(paths)

    def create(each: Received) -> bytes | None:
        if each.method != "POST" or store.read(each) is None:
            return None
        sent = json.loads(each.body)
        thing = kept(sent)
        return say(201, {**sent, "id": put(store, thing) if thing is not None else 1000 + len(store.received)})

    store.amiss = create
    return store


def paid_by(kind: str, name: str) -> dict[str, Any]:
    told = {"by": {"type": "string", "enum": [kind]}, name: {"type": "integer"}}
    return {"type": "object", "required": ["by", name], "properties": told}


EITHER = {"oneOf": [paid_by("card", "number"), paid_by("bill", "days")]}
PAID = json.loads(json.dumps(PATHS).replace('"note": {"type": "string"}', f'"paid": {json.dumps(EITHER)}'))


def is_bill(sent: dict[str, Any]) -> bool:
    return isinstance(sent.get("paid"), dict) and "days" in sent["paid"]


@pytest.mark.parametrize(
    ("kept", "requirement"),
    [
        (lambda sent: {**sent, "paid": {"by": "bill", "days": 30}} if is_bill(sent) else sent, "api-write-read-back"),
        (lambda sent: None if is_bill(sent) else sent, "api-created-available"),
    ],
)
def test_what_a_create_loses_of_one_alternative_alone_is_seen(kept: Kept, requirement: str) -> None:
    assert status(creating(lambda sent: sent, PAID), requirement) == "passed"
    assert status(creating(kept, PAID), requirement) == "failed"


def test_what_a_create_cuts_off_is_seen() -> None:
    assert status(creating(lambda sent: {**sent, "name": sent["name"][:30]}), "api-write-read-back") == "failed"


@pytest.mark.parametrize(("times", "told"), [(1000, "failed"), (1, "passed")])
def test_what_refused_creates_leave_is_in_the_list_each_time(times: int, told: str) -> None:
    """What is there once more may be of somebody else."""
    store, left = Store(), [{"name": f"half {n}"} for n in range(times)]

    def hasty(each: Received) -> bytes | None:
        if each.method == "POST" and store.read(each) is None and left:
            put(store, left.pop())
        return None

    store.amiss = hasty

    assert status(store, UNCHANGED) == told


def test_a_write_without_credentials_changes_nothing() -> None:
    paths = deepcopy(PATHS)
    paths["/things/{id}"]["put"]["security"] = [{"key": []}]
    store = Store(paths)
    store.document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}

    def late(each: Received) -> bytes | None:
        if each.method != "PUT" or each.header("x-key") == "the-key-of-the-run":
            return None
        value, id = store.read(each), each.path.rpartition("/")[2]
        if value is not None and id.isdecimal() and int(id) in store.things:
            store.things[int(id)] |= value
        return say(401, {})

    store.amiss = late

    assert status(store, UNCHANGED, credentials=Credentials(api_key="the-key-of-the-run")) == "failed"
