"""Guide section 8: the status code says what happened."""

from conformance.checks import expect, expect_object, expect_status
from conformance.client import raw_answer
from conformance.exchange import build
from conformance.ledger import created_id
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import plain_items
from conformance.suite.guide import _items
from conformance.watch import no_content

_UNCHANGED = {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}


@requirement("item-created-201")
@given(plain_items(), boundaries=[{"name": "pen", "price": 12.0}, {"name": "pen", "price": 12.0}], count=8)
def test_a_created_item_is_a_201_with_its_id(api: Api, new: _items.NewItem) -> Flow:
    exchange = yield _items.create(new)

    expect_status(exchange, 201)
    expect_object(exchange)
    expect(created_id(exchange) is not None, exchange, "a JSON object with the new item's id")


@requirement("no-content-empty")
def test_an_answer_without_content_has_none(api: Api) -> None:
    creations = [_items.create({"name": name, "price": 1}) for name in ("first", "second", "third")]
    *items, last = [_items.made(exchange) for exchange in api.send_all(creations)]
    deleted = api.send_all([build("DELETE", _items.path(item)) for item in items])
    for exchange in deleted:
        no_content(exchange)
    if any(exchange.status == 204 for exchange in deleted):
        # What follows the head of a 204 is shown by no HTTP client: it is read off the wire.
        exchange = raw_answer(api.client, build("DELETE", _items.path(last)))
        empty = exchange.status != 204 or exchange.answer is None or not exchange.answer.body
        expect(empty, exchange, "nothing after the head of a 204", "bytes follow its head")
    for exchange in api.send_all([build("GET", path, headers=_UNCHANGED) for path in ("/", "/docs", "/openapi.json")]):
        no_content(exchange)
