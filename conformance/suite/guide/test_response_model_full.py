"""Guide section 7, whole: what was stored comes back, in one shape everywhere."""

import uuid

from conformance.checks import expect, expect_object, expect_status, is_number
from conformance.exchange import Exchange, build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import PRICES, STORED_WORDS, items
from conformance.suite.guide import _items, _listing

_MOST_PAGES = 5
_LAST = 50


@requirement("item-round-trip")
@given(
    items(),
    boundaries=[
        *({"name": word, "price": 1.5} for word in STORED_WORDS),
        *({"name": "pen", "price": price} for price in PRICES),
    ],
)
def test_name_and_price_come_back_as_sent(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item(new)
    exchange = yield build("GET", _items.path(item))

    expect_status(exchange, 200)
    found = expect_object(exchange)
    expect(found.get("name") == new["name"], exchange, f"name to be {new['name']!r}")
    _items.expect_price(exchange, found.get("price"), new["price"])


@requirement("item-round-trip")
@given(
    boundaries=[{"name": " Pen É ", "price": 2.125}, {"name": "漢" * 1000, "price": 1e21}, {"name": "<b>", "price": 0}]
)
def test_they_come_back_so_from_the_list_too(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item(new)
    page = _listing.read((yield build("GET", "/items", query={"limit": 1})))
    # Where others write meanwhile, or the newest come first, it may be elsewhere.
    places = [max(0, page.total - _LAST), 0]
    exchanges = yield [build("GET", "/items", query={"limit": 100, "offset": offset}) for offset in places]
    for exchange in exchanges:
        for entry in _listing.read(exchange).entries:
            if isinstance(entry, dict) and entry.get("id") == item:
                # That both are there is item-list-shape's matter.
                expect(entry.get("name") == new["name"], exchange, f"name to be {new['name']!r}")
                if is_number(entry.get("price")):
                    _items.expect_price(exchange, entry["price"], new["price"])


@requirement("item-list-shape")
def test_every_listed_item_has_the_models_fields(api: Api) -> None:
    created = [_items.made(api.send(_items.create({"name": name, "price": 1.5}))) for name in ("first", "second")]
    # What is noted of a change does not belong to the model either.
    for method, item in zip(("PATCH", "PUT"), created, strict=True):
        api.send(_items.ask(method, item, {"name": "changed", "price": 2.5}))
    pages = [_listing.read(api.get("/items")), *_listing.walk(api, 100)]
    expect(any(page.entries for page in pages), pages[0].exchange, "the created items among the items")
    for page in [*pages[:_MOST_PAGES], *pages[-_MOST_PAGES:]]:
        for entry in page.entries:
            expect(isinstance(entry, dict), page.exchange, "every item to be an object")
            _items.expect_item(page.exchange, entry)


def _alike(item: str) -> str:
    """Make up an id of the same kind, so that a target finds it well formed and unknown."""
    if item.isdigit():
        # Within 32 bits where the item's own is, as a column may be no wider.
        return str(int(item) + 10**6 + int(uuid.uuid4()) % 10**8)
    try:
        uuid.UUID(item)
    except ValueError:
        return uuid.uuid4().hex[: max(len(item), 8)]
    return uuid.uuid4().hex if "-" not in item else str(uuid.uuid4())


@requirement("item-unknown-404")
def test_an_unknown_item_is_not_found(api: Api) -> None:
    item = _items.made(api.send(_items.create({"name": "known", "price": 1.5})))
    body = {"name": "unknown", "price": 2.5}
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        _expect_not_found(api.send(_items.ask(method, _alike(item), body)))


def _expect_not_found(exchange: Exchange) -> None:
    expect_status(exchange, 404)
    expect("detail" in expect_object(exchange), exchange, "a JSON object with a detail")
