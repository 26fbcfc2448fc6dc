"""Identifiers come from whole lists, and values from what the API and its document tell."""

from tests.servers import Received
from tests.suite.api.makers import TEXT, taking
from tests.suite.api.stores import PATHS, Store, say
from tests.suite.api.test_explore import MINE, READS, explored


def test_a_list_that_its_filter_empties_is_asked_for_without_it() -> None:
    size = {"name": "size", "in": "query", "schema": {"type": "integer"}}
    listing = {**PATHS["/things"]["get"], "parameters": [size]}
    store = Store({**READS, "/things": {"get": listing}})
    store.things[1] = MINE
    store.amiss = lambda each: say(200, []) if "size=" in each.path else None

    found = explored(store, read_only=True)

    assert "/things/1" in {each.path for each in store.received}
    assert all(each["status"] == "passed" for each in found["api-response-model"].operations)


def test_what_only_an_example_tells_is_taken_from_it() -> None:
    note = {**TEXT, "examples": ["on the shelf"]}
    body = taking(
        {"type": "object", "required": ["name", "note"], "properties": {"name": {**TEXT, "minLength": 3}, "note": note}}
    )
    store = Store({**PATHS, "/things": {**PATHS["/things"], "post": {**PATHS["/things"]["post"], "requestBody": body}}})
    elsewhere = say(409, {"detail": "no such place"})
    store.amiss = lambda each: elsewhere if each.method == "POST" and b"on the shelf" not in each.body else None

    assert explored(store)["api-created-available"].status == "passed"


def test_what_was_made_of_values_from_the_edges_is_read() -> None:
    store = Store()

    def shown(each: Received) -> bytes | None:
        name = each.path.rpartition("/")[2]
        thing = store.things.get(int(name)) if each.method == "GET" and name.isdecimal() else None
        return say(200, {**thing, "id": "none"}) if thing and "note" not in thing else None

    store.amiss = shown

    assert explored(store)["api-response-model"].status == "failed"
