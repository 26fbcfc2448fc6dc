"""Guide section 10, whole: pages are bounded and complete, and a dependency runs once a request."""

import threading
import time
from typing import Any

from conformance.checks import CannotTell, Mismatch, expect, expect_status, fail
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.settings import Settings
from conformance.suite.guide import _access, _application, _items, _listing

_OWN = 12
_SIZES = (5, 100)
_TRIES = 12
_CERTAIN = 3
_PAUSE = 0.2
_AT_ONCE = 8
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
    # Whoever keeps the number that was counted once would go on telling it.
    _listing.page(api, 1, 0)
    # Two of each, as what is listed once for its values is not every item.
    created = api.send_all([_items.create({"name": f"page {n // 2}", "price": n // 2}) for n in range(_OWN)])
    own = [_items.made(exchange) for exchange in created]
    # Whoever counts what was ever there counts this one too.
    api.send(build("DELETE", _items.path(own.pop())))
    problems: list[Mismatch] = []
    # Others may write while the pages are walked: only what is wrong while nobody does counts, and not once.
    for _ in range(_TRIES):
        before = _listing.page(api, 1, 0).total
        try:
            _walk_and_compare(api, own, before)
        except Mismatch as mismatch:
            if _listing.page(api, 1, 0).total == before:
                problems.append(mismatch)
            if len(problems) == _CERTAIN:
                raise
            time.sleep(_PAUSE)
        else:
            return
    raise CannotTell("others write items all the time, so that the pages never hold still")


def _walk_and_compare(api: Api, own: list[str], total: int) -> None:
    orders = []
    sizes = [size for size in _SIZES if size == _SIZES[-1] or total <= _WALKED_IN_SMALL]
    for size in sizes:
        pages = _listing.walk(api, size, total)
        for page in pages:
            expect(len(page.entries) <= size, page.exchange, f"at most {size} items on a page")
            expect(page.total == total, page.exchange, f"total to be {total} on every page", f"it is {page.total}")
        listed = [str(entry.get("id")) for page in pages for entry in page.entries if isinstance(entry, dict)]
        last = pages[-1].exchange
        whole = len(pages) * size > total
        note = f"{len(listed)} are listed, total is {total}"
        expect(not whole or len(listed) == total, last, "total to be the number of items", note)
        expect(len(set(listed)) == len(listed), last, f"every item once, in pages of {size}")
        missing = [item for item in own if item not in listed]
        note = f"missing: {', '.join(missing)}"
        expect(not whole or not missing, last, f"every created item on some page of {size}", note)
        orders.append([item for item in listed if item in own])
    if whole:
        _expect_parts(api, listed)
    same = all(order == orders[0] for order in orders)
    note = "the created items come in another order in other pages"
    expect(same, None, "the same order whatever the page size", note)


def _expect_parts(api: Api, listed: list[str]) -> None:
    """Expect the part of the list that is asked for, wherever it begins."""
    last = len(listed) - 1
    parts = [(5, 3), (7, max(0, last - 9)), (1, last), (100, 1)]
    requests = [build("GET", "/items", query={"limit": limit, "offset": offset}) for limit, offset in parts]
    for (limit, offset), exchange in zip(parts, api.send_all(requests), strict=True):
        found = [str(entry.get("id")) for entry in _listing.read(exchange).entries if isinstance(entry, dict)]
        wanted = listed[offset : offset + limit]
        expect(found == wanted, exchange, f"items {offset} to {offset + len(wanted) - 1} of all", f"it shows {found}")


def _count_calls(
    api: Api, application: Any, settings: Settings, tokens: list[dict[str, str]], path: str = "/me", times: int = 1
) -> list[int]:
    """Count how often the current user is asked for in each of several requests, or so many at the same time."""
    overrides = _application.overrides(application)
    dependency = _application.current_user(application, settings)
    calls: list[int] = []
    lock = threading.Lock()

    def called() -> None:
        with lock:
            calls[-1] += 1

    with _application.replaced(overrides, dependency, _application.counted(dependency, called)):
        for headers in tokens:
            calls.append(0)
            for exchange in api.send_all([build("GET", path, headers=headers)] * times):
                expect_status(exchange, 200)
    return calls


@requirement("dependency-cached")
def test_one_request_asks_for_the_user_once(api: Api, application: Any, settings: Settings) -> None:
    calls = _count_calls(api, application, settings, [_access.bearer_headers(api)])

    if calls != [1]:
        fail(None, "get_current_user to run once in a request", f"it ran {calls[0]} times in one GET /me")
    headers = _access.admin(api).headers if api.credentials.admin else {}
    if headers and api.get("/admin", headers=headers).status == 200:
        # Who an administrator is may be asked in another way.
        calls = _count_calls(api, application, settings, [headers], "/admin")
        note = f"it ran {calls[0]} times in one GET /admin"
        expect(calls[0] <= 1, None, "get_current_user to run once in a request", note)


@requirement("dependency-per-request")
def test_every_request_asks_for_the_user_anew(api: Api, application: Any, settings: Settings) -> None:
    headers = _access.bearer_headers(api)
    before = _application.runs(application, settings)
    calls = _count_calls(api, application, settings, [headers, headers])
    after = _application.runs(application, settings)
    if before is not None and after is not None:
        # A decorator that keeps what was given is called each time, and what it decorates is not.
        note = f"in two requests it ran {after - before} times, as a decorator keeps what it gave"
        expect(after - before >= len(calls), None, "get_current_user to run in every request", note)
    if 0 in calls:
        fail(None, "get_current_user to run in every request", f"in two requests it ran {calls} times")
    # What is kept while a request is under way shows where several are at the same time. That each is told
    # their own id is me-subject's matter.
    [together] = _count_calls(api, application, settings, [headers], times=_AT_ONCE)
    note = f"in {_AT_ONCE} requests at the same time it ran {together} times"
    expect(together >= _AT_ONCE, None, "get_current_user to run in every request", note)
