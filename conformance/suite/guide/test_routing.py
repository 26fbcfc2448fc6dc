"""Guide section 4: a path and a method lead to one operation, and nothing else does."""

from collections.abc import Iterator

from conformance.checks import expect, expect_object, expect_status, expect_value
from conformance.exchange import Exchange, build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import plain_items
from conformance.suite.guide import _items
from conformance.suite.guide._access import bearer_headers

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# The methods that any profile gives to a path.
_KNOWN = {
    "/": ("GET",),
    "/health": ("GET",),
    "/users": ("POST",),
    "/users/7": ("GET",),
    "/search": ("GET",),
    "/items": ("GET", "POST"),
    "/items/7": ("GET", "PUT", "PATCH", "DELETE"),
    "/secure": ("GET",),
    "/me": ("GET",),
    "/protected": ("GET",),
    "/sync": ("GET",),
    "/async": ("GET",),
    "/events": ("GET", "POST"),
    "/upload": ("POST",),
    "/ask": ("POST",),
    "/stream": ("GET",),
    "/my-error": ("GET",),
}
# What only the full profile has. A limit may count every method, and metrics may be an application of their own.
_KNOWN_IN_FULL = {
    "/token": ("POST",),
    "/translate": ("POST",),
    "/admin": ("GET",),
    "/usage": ("GET",),
}
_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_BEHIND_CREDENTIALS = ("/me", "/protected", "/admin", "/usage")


@requirement("health-ok")
def test_health_is_ok(api: Api) -> None:
    exchange = api.get("/health")

    expect_status(exchange, 200)
    expect_value(exchange, "status", "ok")


@requirement("unknown-path-404")
def test_a_path_without_a_route_is_not_found(api: Api) -> None:
    token = api.draws.token()
    paths = (f"/{token}", "/nowhere", f"/no-such/{token}", f"/no/such/{token}", f"/health/{token}/x", f"/{token}.html")
    # What begins like a route is none.
    longer = (
        f"/health{token}",
        f"/users/7/{token}",
        f"/items/7/{token}",
        f"/search/{token}",
        f"/users/7{token}/{token}",
    )
    requests = [build("GET", path) for path in (*paths, *longer)]
    # Nor is it for a browser, which gladly shows another page.
    requests += [build("GET", path, headers=_BROWSER) for path in paths[:3]]
    for exchange in api.send_all(requests):
        expect_status(exchange, 404)


@requirement("unknown-path-404")
@given(boundaries=["POST", "PUT", "PATCH", "DELETE"])
def test_it_is_not_found_by_any_other_method(api: Api, method: str) -> Flow:
    exchange = yield build(method, f"/no-such/{api.draws.token()}")

    # Who serves files below every path that no route has knows GET alone there.
    expect_status(exchange, 404, 405)


def _wrong_methods(api: Api) -> Iterator[tuple[tuple[str, ...], Exchange]]:
    headers = bearer_headers(api)
    paths = _KNOWN | (_KNOWN_IN_FULL if api.profile == "full" else {})
    asked = [
        (path, known, build(verb, path, headers=headers if path in _BEHIND_CREDENTIALS else None))
        for path, known in paths.items()
        for verb in _VERBS
        if verb not in known
    ]
    exchanges = api.send_all([request for _, _, request in asked])
    for (path, known, _), exchange in zip(asked, exchanges, strict=True):
        # Who is not let in is not told what else is wrong.
        if path in _BEHIND_CREDENTIALS and exchange.status in (401, 403):
            continue
        yield known, exchange


@requirement("method-not-allowed-405")
def test_a_method_that_a_path_does_not_have_is_not_allowed(api: Api) -> None:
    for _, exchange in _wrong_methods(api):
        expect_status(exchange, 405)


@requirement("allow-header")
def test_a_405_names_the_methods_that_work(api: Api) -> None:
    seen = 0
    for known, exchange in _wrong_methods(api):
        if exchange.answer is None or exchange.status != 405:
            continue
        seen += 1
        allow = exchange.answer.combined("allow")
        named = {method.strip().upper() for method in allow.split(",")}
        told = f"Allow is {allow!r}" if allow else "there is no Allow"
        expect(bool(named & set(known)), exchange, f"an Allow header that names {' or '.join(known)}", told)
        refused = exchange.request.method
        expect(refused not in named, exchange, f"an Allow header without {refused}", told)
    expect(seen > 0, None, "a 405 with an Allow header", "no wrong method was answered by a 405")


@requirement("item-deleted")
@given(plain_items(), count=5)
def test_a_created_item_is_deleted(api: Api, new: _items.NewItem) -> Flow:
    item = yield from _items.new_item(new)
    exchange = yield build("DELETE", _items.path(item))

    expect_status(exchange, 200, 204)
    if exchange.status == 200:
        deleted = expect_object(exchange).get("deleted")
        named = isinstance(deleted, (str, int)) and str(deleted) == item
        expect(named, exchange, f"deleted to name the item's id, {item}")
