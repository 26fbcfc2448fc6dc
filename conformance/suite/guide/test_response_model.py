"""Guide section 7: the response model decides what an answer holds."""

from conformance.checks import expect, expect_object, expect_status
from conformance.exchange import Exchange, build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import plain_items
from conformance.suite import documents
from conformance.suite.guide import _items

_UNDECLARED = ("cost_price", "owner", "password", "is_admin", "supplier", "undeclared", "description", "_internal")


@requirement("item-shape")
@given(plain_items(), boundaries=[{"name": "pen", "price": 12.0}], count=8)
def test_an_item_has_exactly_the_models_fields(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item(new)
    # Whoever keeps what was read answers the second time from there.
    for _ in range(2):
        exchange = yield build("GET", _items.path(item))

        expect_status(exchange, 200)
        found = expect_object(exchange)
        _items.expect_item(exchange, found)
        expect(found["id"] == item, exchange, f"id to be {item}")


@requirement("item-no-extra-fields")
@given(plain_items(), boundaries=[{"name": "pen", "price": 12.0}], count=4)
def test_undeclared_fields_never_come_back(api: Api, new: _items.NewItem) -> Flow:
    extra = {field: f"extra-{api.draws.token(field)}" for field in (*_UNDECLARED, f"x{api.draws.token()}")}
    count = 10**14 + api.draws.number("count") % 10**14
    # A model's filter may look at names alone, or at what kind of value there is.
    undeclared = {**extra, "stock": count, "tags": [extra["description"]], "box": {"note": extra["_internal"]}}
    extra["stock"] = str(count)
    created = yield _items.create({**undeclared, **new})
    if created.status == 422:
        return
    item = _items.made(created)
    read, listed = yield [build("GET", _items.path(item)), build("GET", "/items", query={"limit": 100})]

    expect_status(read, 200)
    for exchange in (created, read):
        expect_object(exchange)
    for exchange in (created, read, listed):
        _expect_none_of(extra, exchange)
    if api.profile == "full":
        changed = yield build("PUT", _items.path(item), json={**undeclared, **new})
        partly = yield build("PATCH", _items.path(item), json={**undeclared, "name": new["name"]})
        again = yield build("GET", _items.path(item))
        for exchange in (changed, partly, again):
            if exchange.status == 200:
                _expect_none_of(extra, exchange)


@requirement("item-no-extra-fields")
def test_an_id_that_is_sent_is_not_the_items(api: Api) -> None:
    chosen = {"id": f"chosen-{api.draws.token('id')}"}
    created = api.send(_items.create({"name": "pen", "price": 12.0, **chosen}))
    if created.status == 422:
        return
    read = api.get(_items.path(_items.made(created)))

    for exchange in (created, read):
        _expect_none_of(chosen, exchange)


def _expect_none_of(extra: dict[str, str], exchange: Exchange) -> None:
    # Under whatever key, and however deep: no other text holds what was drawn for this run.
    told = exchange.answer.text if exchange.answer else ""
    for field, value in extra.items():
        expected = "no field that was sent and that the model does not declare"
        expect(value not in told, exchange, expected, f"{field} came back")


@requirement("item-model-documented")
def test_the_document_gives_an_item_its_model(api: Api) -> None:
    document = documents.fetch(api)
    operation = document.required("GET", "/items/{}")

    schema = document.answer_schema(operation, "200")
    properties = schema.get("properties")
    named = set(properties) if isinstance(properties, dict) else set()
    told = f"its properties are {', '.join(sorted(named)) or 'not given'}"
    expect(
        named == set(_items.FIELDS),
        document.exchange,
        "the 200 of GET /items/{id} to have a schema of id, name and price",
        told,
    )
