"""Pages of ``GET /items``, walked from the first to the last."""

from dataclasses import dataclass
from typing import Any

from conformance.checks import expect, expect_object, expect_status
from conformance.exchange import Exchange, build
from conformance.properties import Api

# A store with more items than this is walked no further: the run's own are among the pages seen.
_MOST_PAGES = 300


@dataclass(frozen=True)
class Page:
    """One page: its entries, and the total that it claims."""

    exchange: Exchange
    entries: list[Any]
    total: int


def read(exchange: Exchange) -> Page:
    """Read one page.

    Raises Mismatch when it is none.
    """
    expect_status(exchange, 200)
    value = expect_object(exchange)
    entries, total = value.get("items"), value.get("total")
    expect(isinstance(entries, list), exchange, "items to be a list")
    expect(isinstance(total, int) and not isinstance(total, bool), exchange, "total to be an integer")
    assert isinstance(entries, list)
    assert isinstance(total, int)
    return Page(exchange, entries, total)


def page(api: Api, limit: int, offset: int) -> Page:
    """Fetch one page."""
    return read(api.get("/items", query={"limit": limit, "offset": offset}))


def walk(api: Api, limit: int, total: int | None = None) -> list[Page]:
    """Fetch every page, and one past the last, which must be empty; ``total`` is how many items there are."""
    first = page(api, limit, 0)
    count = min((first.total if total is None else total) // limit + 1, _MOST_PAGES)
    requests = [build("GET", "/items", query={"limit": limit, "offset": n * limit}) for n in range(1, count + 1)]
    return [first, *(read(exchange) for exchange in api.send_all(requests))]
