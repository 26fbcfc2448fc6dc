"""Items as tests need them: made, and found again by the id that the target gave."""

from collections.abc import Generator
from typing import Any

from conformance.checks import Mismatch, expect, expect_keys, expect_success, is_number
from conformance.exchange import Exchange, Request, build, segment
from conformance.ledger import created_id

NewItem = dict[str, Any]
FIELDS = ("id", "name", "price")


def create(new: NewItem) -> Request:
    """Ask for an item."""
    return build("POST", "/items", json=new)


def made(exchange: Exchange) -> str:
    """Give the id of the item that a creation made, whatever its 2xx status is.

    Raises Mismatch when none was made.
    """
    expect_success(exchange)
    found = created_id(exchange)
    if found is None:
        raise Mismatch(exchange, "a JSON object with the new item's id")
    return str(found)


def path(item: str) -> str:
    """Give an item's path."""
    return f"/items/{segment(item)}"


def ask(method: str, item: str, new: NewItem) -> Request:
    """Ask for something of an item, with what is new of it where the method takes a body."""
    return build(method, path(item), json=new if method in ("PUT", "PATCH") else ...)


def new_item(new: NewItem) -> Generator[Request, Exchange, str]:
    """Make an item within a flow and give its id."""
    exchange = yield create(new)
    return made(exchange)


def expect_item(exchange: Exchange, found: dict[str, Any]) -> None:
    """Expect an object of the shape of the guide's ``ItemOut``."""
    expect_keys(exchange, found, FIELDS)
    expect(isinstance(found["id"], str), exchange, "id to be a text")
    expect(isinstance(found["name"], str), exchange, "name to be a text")
    expect(is_number(found["price"]), exchange, "price to be a number")


def expect_price(exchange: Exchange, found: object, sent: float) -> None:
    """Expect the double that was sent, however its text is written."""
    expect(is_number(found) and float(str(found)) == float(sent), exchange, f"price to be {sent!r}", f"it is {found!r}")
