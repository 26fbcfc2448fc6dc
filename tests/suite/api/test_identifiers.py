"""A path is filled with identifiers that the API gave, and a write only with those of things that the run made."""

from typing import Any

import pytest

from conformance.suite.api._identifiers import Pool, names_of, resource_before
from conformance.suite.api._links import linked, located
from conformance.suite.api._requests import OMITTED
from conformance.suite.operations import Operation, Response
from tests.suite.api.makers import operation, told

LIST = operation("GET /items")
CREATE = operation("POST /items")
READ = operation("GET /items/{item_id}")
DELETE = operation("DELETE /items/{item_id}")


def pool_after(asked: Operation, value: Any, status: int = 200, **bound: Any) -> Pool:
    pool = Pool()
    pool.absorb(asked, bound, told(value, status))
    return pool


def first(pool: Pool, asked: Operation, *, own: bool = False) -> dict[str, Any] | None:
    return next(pool.bindings(asked, own=own), None)


@pytest.mark.parametrize(
    "value",
    [
        [{"id": 7}],
        {"items": [{"id": 7}], "total": 1},
        {"data": {"items": [{"id": 7}]}},
        [{"item_id": 7, "id": None}],
        [{"itemId": 7}],
        {"7": {"name": "pen"}},
        [7],
        [{"uuid": 7}],
    ],
    ids=str,
)
def test_a_list_tells_of_identifiers_however_it_is_wrapped(value: Any) -> None:
    found = first(pool_after(LIST, value), READ)

    assert found is not None
    assert str(found["item_id"]) == "7"


@pytest.mark.parametrize("name", ["id_or_name", "name_or_id", "idOrName"])
def test_a_parameter_that_takes_one_of_two_is_given_either(name: str) -> None:
    found = first(pool_after(LIST, [{"id": 7, "name": "pen"}]), operation(f"GET /items/{{{name}}}"))

    assert found in ({name: 7}, {name: "pen"})


@pytest.mark.parametrize("value", [[{"id": True}], [{"id": ""}], [{"name": "pen"}], [], {}, "text", None], ids=str)
def test_what_names_nothing_fills_no_path(value: Any) -> None:
    assert first(pool_after(LIST, value), READ) is None


@pytest.mark.parametrize(
    "path",
    ["GET /categories/{category_id}", "GET /boxes/{box_id}", "GET /addresses/{id}", "GET /order-lines/{order_line_id}"],
)
def test_the_things_of_a_collection_are_known_by_their_singular(path: str) -> None:
    listing = operation(path.rpartition("/")[0])

    assert first(pool_after(listing, [{"id": "a"}]), operation(path)) is not None


def test_a_path_within_another_is_filled_with_what_belongs_together() -> None:
    pool = Pool()
    pool.absorb(operation("GET /users"), {}, told([{"id": 1}, {"id": 2}]))
    pool.absorb(operation("GET /users/{user_id}/orders"), {"user_id": 2}, told([{"id": 9}]))

    assert first(pool, operation("GET /users/{user_id}/orders/{order_id}")) == {"user_id": 2, "order_id": 9}


def test_a_thing_of_another_collection_fills_no_path() -> None:
    assert first(pool_after(operation("GET /users"), [{"id": 1}]), READ) is None


def test_what_a_list_told_of_is_never_written_to() -> None:
    # Another worker's things, and everybody else's, are known from lists alone.
    pool = pool_after(LIST, [{"id": 7}])

    assert first(pool, DELETE, own=True) is None
    assert pool.is_foreign(READ, {"item_id": "7"})


def test_what_the_run_made_comes_before_what_was_there() -> None:
    pool = pool_after(CREATE, {"id": 8}, 201)
    pool.absorb(LIST, {}, told([{"id": 7}, {"id": 8}]))

    assert first(pool, READ) == {"item_id": 8}
    assert list(pool.bindings(READ, own=True)) == [{"item_id": 8}]


def test_a_create_that_answers_with_what_was_there_makes_nothing() -> None:
    pool = pool_after(LIST, [{"id": 7}])
    pool.absorb(CREATE, {}, told({"id": 7}, 200))

    assert first(pool, READ, own=True) is None


def test_only_the_thing_itself_is_the_runs_own_not_what_lies_within() -> None:
    pool = pool_after(CREATE, {"id": 8, "related": [{"id": 3}]}, 201)

    assert list(pool.bindings(READ, own=True)) == [{"item_id": 8}]


def test_what_was_removed_is_named_no_more() -> None:
    pool = Pool()
    pool.add("item", {"item_id": 8}, own=True)
    pool.forget(DELETE, {"item_id": 8})

    assert first(pool, READ) is None


def test_what_a_create_answered_with_is_named_no_more_once_it_was_removed() -> None:
    pool = pool_after(CREATE, {"id": 8}, 201)
    pool.absorb(CREATE, {}, told({"id": 9}, 201))
    pool.forget(DELETE, {"item_id": "9"})

    assert list(pool.bindings(READ)) == [{"item_id": 8}]


@pytest.mark.parametrize("name", ["user_id", "userId", "userID", "user_uuid", "user_ids", "user"])
def test_a_property_that_refers_to_a_resource_is_given_a_known_identifier(name: str) -> None:
    assert pool_after(operation("GET /users"), [{"id": 3}]).known(name) == 3


def test_a_text_that_is_named_like_a_resource_may_be_anything() -> None:
    assert pool_after(operation("GET /users"), [{"id": "ada"}]).known("user") is OMITTED
    assert pool_after(operation("GET /users"), [{"id": "ada"}]).known("user_id") == "ada"


@pytest.mark.parametrize("name", ["id", "name", "order_id", "paid", "valid"])
def test_a_property_that_refers_to_nothing_known_is_not(name: str) -> None:
    assert pool_after(operation("GET /users"), [{"id": 3}]).known(name) is OMITTED


@pytest.mark.parametrize(
    ("template", "name", "resource"),
    [
        ("/items/{item_id}", "item_id", "item"),
        ("/users/{user_id}/orders/{order_id}", "order_id", "order"),
        ("/users/{user_id}/orders/{order_id}", "user_id", "user"),
        ("/{tenant_id}", "tenant_id", "tenant"),
        ("/api/v1/policies/{id}", "id", "policy"),
    ],
)
def test_a_parameters_resource_is_the_step_before_it(template: str, name: str, resource: str) -> None:
    assert resource_before(template, name) == resource


@pytest.mark.parametrize(
    "location", ["/items/a%20b", "http://host/api/items/a%20b", "/items/a%20b/", "items/a%20b?x=1"]
)
def test_a_location_binds_the_read_that_it_leads_to(location: str) -> None:
    assert list(located(told({}, 201, Location=location), [READ])) == [(READ, {"item_id": "a b"})]


@pytest.mark.parametrize("location", ["/orders/1", "/items", "", "/items/1/parts"])
def test_a_location_elsewhere_binds_nothing(location: str) -> None:
    assert list(located(told({}, 201, Location=location), [READ])) == []


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$response.body#/data/id", 5),
        ("$response.header.X-Id", "h"),
        ("$request.path.user_id", 2),
        ("constant", "constant"),
    ],
)
def test_a_link_binds_what_its_expression_names(expression: str, value: Any) -> None:
    links = {"read": {"operationId": "read_item", "parameters": {"path.item_id": expression}}}
    response = Response("201", {"links": links}, "#")

    found = list(linked(response, told({"data": {"id": 5}}, 201, X_Id="h"), {"user_id": 2}))

    assert found == [("read_item", "", {"item_id": value})]


@pytest.mark.parametrize("expression", ["$response.body#/nothing", "$response.header.X-None", "$method"])
def test_a_link_whose_expression_names_nothing_binds_nothing(expression: str) -> None:
    response = Response("201", {"links": {"read": {"operationId": "a", "parameters": {"id": expression}}}}, "#")

    assert list(linked(response, told({"id": 5}), {})) == []


NESTED = operation("GET /projects/{slug}/issues/{number}")
CREATE_NESTED = operation("POST /projects/{slug}/issues")


def test_a_thing_without_an_id_is_the_runs_own_by_what_its_path_takes() -> None:
    pool = Pool(names_of([NESTED]))
    pool.absorb(CREATE_NESTED, {"slug": "a"}, told({"number": 1, "title": "It leaks"}, 201))

    assert first(pool, NESTED, own=True) == {"slug": "a", "number": 1}


def test_things_that_are_counted_anew_in_each_place_are_told_apart() -> None:
    pool = Pool(names_of([NESTED]))
    pool.absorb(operation("GET /projects/{slug}/issues"), {"slug": "a"}, told([{"number": 1}]))
    pool.absorb(CREATE_NESTED, {"slug": "b"}, told({"number": 1}, 201))

    assert first(pool, NESTED, own=True) == {"slug": "b", "number": 1}
    assert pool.is_foreign(NESTED, {"slug": "a", "number": 1})
    assert not pool.is_foreign(NESTED, {"slug": "b", "number": 1})

    pool.forget(NESTED, {"slug": "a", "number": 1})

    assert [each["slug"] for each in pool.bindings(NESTED)] == ["b"]


UUID = "30807a4e-bb88-46a0-982c-4f3ab4a985ff"
ADD, ADDED = operation("POST /carts/{cart_id}/items"), operation("GET /carts/{cart_id}/items/{item_id}")


@pytest.mark.parametrize(
    ("value", "item"),
    [
        ({"id": UUID, "items": [{"id": 5}]}, 5),
        ({"id": UUID, "items": []}, None),
        ({"id": UUID, "items": [{"id": 4}, {"id": 5}]}, None),
        ({"id": UUID}, None),
        ({"id": 5, "cart_id": UUID, "tags": [{"id": 9}]}, 5),
    ],
    ids=str,
)
def test_a_create_may_answer_with_what_holds_the_thing_that_it_made(value: Any, item: int | None) -> None:
    found = first(pool_after(ADD, value, 201, cart_id=UUID), ADDED, own=True)

    assert found == (None if item is None else {"cart_id": UUID, "item_id": item})


def test_a_thing_may_have_the_number_of_what_holds_it() -> None:
    assert first(pool_after(ADD, {"id": 1, "name": "pen"}, 201, cart_id=1), ADDED) == {"cart_id": 1, "item_id": 1}
