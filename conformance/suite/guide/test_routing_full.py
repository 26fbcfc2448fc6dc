"""Guide section 4, whole: items are replaced, changed in part, and gone when they are deleted."""

from conformance.checks import expect, expect_status, expect_value
from conformance.exchange import Exchange, build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import plain_items
from conformance.suite.guide import _items, _listing

_VERBS = ("GET", "PUT", "PATCH", "DELETE")
# What a handler of its own may tidy, round, cut, or take for nothing.
_PLAIN = [
    {"name": " Pen É ", "price": 2.25},
    {"name": "pen", "price": 0},
    {"name": "Pen", "price": -0.125},
    {"name": "漢" * 1000, "price": 1e21},
]
_INVALID = [{"name": "pen"}, {"price": 1}, {}, {"name": "pen", "price": "cheap"}, {"name": [], "price": 1}]


def _expect_item(exchange: Exchange, name: object, price: object) -> None:
    expect_status(exchange, 200)
    expect_value(exchange, "name", name)
    expect_value(exchange, "price", price)


@requirement("item-replaced")
@given(plain_items(), boundaries=_PLAIN, count=3)
def test_a_put_replaces_the_item(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item({"name": "before", "price": 1.5})
    path = _items.path(item)
    # Whoever keeps what was read would go on showing it.
    yield build("GET", path)
    replaced = yield build("PUT", path, json=new)
    read = yield build("GET", path)
    refused = yield [build("PUT", path, json=body) for body in _INVALID]
    unchanged = yield build("GET", path)

    expect_status(replaced, 200)
    _expect_item(read, new["name"], new["price"])
    for exchange in refused:
        expect_status(exchange, 422)
    _expect_item(unchanged, new["name"], new["price"])


@requirement("item-updated")
@given(plain_items(), boundaries=_PLAIN, count=3)
def test_a_patch_changes_one_field(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item({"name": "before", "price": 1.5})
    path = _items.path(item)
    yield build("GET", path)
    renamed = yield build("PATCH", path, json={"name": new["name"]})
    read = yield build("GET", path)
    priced = yield build("PATCH", path, json={"price": new["price"]})
    again = yield build("GET", path)

    expect_status(renamed, 200)
    _expect_item(read, new["name"], 1.5)
    expect_status(priced, 200)
    _expect_item(again, new["name"], new["price"])


@requirement("item-gone")
def test_a_deleted_item_is_gone(api: Api) -> None:
    item = _items.made(api.send(_items.create({"name": "gone", "price": 1.5})))
    path = _items.path(item)
    # Whoever keeps what was read would go on showing it.
    api.get(path)
    _listing.walk(api, 100)
    deleted = api.send(build("DELETE", path))
    expect_status(deleted, 200, 204)

    body = {"name": "back", "price": 2.5}
    for verb in _VERBS:
        exchange = api.send(_items.ask(verb, item, body))
        expect_status(exchange, 404)
    for page in _listing.walk(api, 100):
        listed = [entry.get("id") for entry in page.entries if isinstance(entry, dict)]
        expect(item not in map(str, listed), page.exchange, f"no page to show the deleted item {item}")
