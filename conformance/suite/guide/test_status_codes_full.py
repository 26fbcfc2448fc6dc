"""Guide section 8, whole: a 201 carries the stored item."""

from conformance.checks import expect, expect_object
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import plain_items
from conformance.suite.guide import _items


@requirement("item-created-body")
@given(plain_items(), boundaries=[{"name": "free", "price": 0}], count=4)
def test_a_creation_answers_the_stored_item(api: Api, new: _items.NewItem) -> Flow:
    # The same values twice: an id is new each time, whatever it is made from.
    exchanges = yield [_items.create(new), _items.create(new)]
    ids = [_items.made(exchange) for exchange in exchanges]
    read = yield build("GET", _items.path(ids[0]))

    for exchange in exchanges:
        found = expect_object(exchange)
        _items.expect_item(exchange, found)
        expect(found["name"] == new["name"], exchange, f"name to be {new['name']!r}")
        _items.expect_price(exchange, found["price"], new["price"])
    expect(ids[0] != ids[1], exchanges[1], "an id of its own", f"both are {ids[0]}")
    expect(expect_object(read) == expect_object(exchanges[0]), read, "the item that its creation answered")


@requirement("item-created-body")
def test_a_deletion_does_not_free_the_id_of_another_item(api: Api) -> None:
    # An id that is counted from the items that there are is given twice.
    first, second = (api.send(_items.create({"name": name, "price": 1.5})) for name in ("first", "second"))
    api.send(build("DELETE", _items.path(_items.made(first))))
    third = api.send(_items.create({"name": "third", "price": 2.5}))

    for earlier, later in ((first, second), (second, third)):
        taken = _items.made(earlier)
        expect(_items.made(later) != taken, later, "an id of its own", f"another item has {taken}")
