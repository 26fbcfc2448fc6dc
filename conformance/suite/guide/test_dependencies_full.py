"""Guide section 10, whole: pages are bounded and complete, and a dependency runs once a request."""

import threading
from typing import Any

from conformance.checks import CannotTell, Mismatch, expect, expect_status, fail
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.settings import Settings
from conformance.suite.guide import _access, _application, _items, _listing

_OWN = 12
_SIZES = (5, 100)
_TRIES = 4
# Walking more items than this in small pages would be a load, not a check.
_WALKED_IN_SMALL = 2000


@requirement("pagination-bounds")
@given(boundaries=[("limit", 0), ("limit", -1), ("limit", 101), ("offset", -1)])
def test_limit_and_offset_have_bounds(api: Api, sent: tuple[str, int]) -> Flow:
    name, value = sent
    exchange = yield build("GET", "/items", query={name: value})

    expect_status(exchange, 422)


@requirement("pagination-complete")
def test_the_pages_show_every_item_once_in_one_order(api: Api) -> None:
    created = api.send_all([_items.create({"name": f"page {n}", "price": n}) for n in range(_OWN)])
    own = [_items.made(exchange) for exchange in created]
    problem: Mismatch | None = None
    # Others may write while the pages are walked: only what stays wrong is wrong.
    for _ in range(_TRIES):
        try:
            _walk_and_compare(api, own)
        except Mismatch as mismatch:
            problem = mismatch
        else:
            return
    assert problem is not None
    raise problem


def _walk_and_compare(api: Api, own: list[str]) -> None:
    orders = []
    for size in _SIZES:
        if size < _SIZES[-1] and _listing.page(api, 1, 0).total > _WALKED_IN_SMALL:
            continue
        pages = _listing.walk(api, size)
        for page in pages:
            expect(len(page.entries) <= size, page.exchange, f"at most {size} items on a page")
        listed = [str(entry.get("id")) for page in pages for entry in page.entries if isinstance(entry, dict)]
        last = pages[-1]
        counted = len(pages) * size <= last.total or len(listed) == last.total
        expect(
            counted,
            last.exchange,
            "total to be the number of items",
            f"{len(listed)} are listed, total is {last.total}",
        )
        expect(len(set(listed)) == len(listed), last.exchange, f"every item once, in pages of {size}")
        missing = [item for item in own if item not in listed]
        expect(
            not missing, last.exchange, f"every created item on some page of {size}", f"missing: {', '.join(missing)}"
        )
        orders.append([item for item in listed if item in own])
    same = all(order == orders[0] for order in orders)
    expect(
        same, None, "the same order whatever the page size", "the created items come in another order in other pages"
    )


def _count_calls(api: Api, application: Any, settings: Settings, tokens: list[dict[str, str]]) -> list[int]:
    """Count how often the current user is asked for in each of several requests."""
    overrides = getattr(application, "dependency_overrides", None)
    if not isinstance(overrides, dict):
        raise CannotTell("concerns FastAPI applications, which have dependency_overrides", applies=False)
    dependency = _application.current_user(application, settings)
    calls: list[int] = []
    lock = threading.Lock()

    def called() -> None:
        with lock:
            calls[-1] += 1

    overrides[dependency] = _application.counted(dependency, called)
    try:
        for headers in tokens:
            calls.append(0)
            exchange = api.get("/me", headers=headers)
            expect_status(exchange, 200)
    finally:
        overrides.pop(dependency, None)
    return calls


@requirement("dependency-cached")
def test_one_request_asks_for_the_user_once(api: Api, application: Any, settings: Settings) -> None:
    calls = _count_calls(api, application, settings, [_access.bearer_headers(api)])

    if calls != [1]:
        fail(None, "get_current_user to run once in a request", f"it ran {calls[0]} times in one GET /me")


@requirement("dependency-per-request")
def test_every_request_asks_for_the_user_anew(api: Api, application: Any, settings: Settings) -> None:
    headers = _access.bearer_headers(api)
    calls = _count_calls(api, application, settings, [headers, headers])
    if 0 in calls:
        fail(None, "get_current_user to run in every request", f"in two requests it ran {calls} times")
    if api.credentials.admin:
        # What is kept from one request to the next would show in another user's answer.
        first = api.get("/me", headers=headers)
        other = api.get("/me", headers=_access.admin(api).headers)
        differs = first.answer is not None and other.answer is not None and first.answer.body != other.answer.body
        expect(differs, other, "another user's id for another user's token")
