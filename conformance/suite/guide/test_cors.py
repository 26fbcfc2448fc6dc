"""Guide section 12: a browser on the allowed origin may call the API, and on no other."""

import itertools
from typing import Any

from conformance.checks import expect
from conformance.exchange import Exchange, build
from conformance.ledger import created_id
from conformance.properties import Api, Flow, given, requirement
from conformance.suite.guide import _access, _items

_ORIGIN = "http://localhost:3000"
_FOREIGN = [
    "http://evil.example",
    "https://evil.example",
    "http://localhost:3001",
    "http://localhost",
    "https://localhost:3000",
    "http://localhost:3000.evil.example",
    "http://localhost:30000",
    "http://evil.example/localhost:3000",
    "http://evillocalhost:3000",
    "http://sub.localhost:3000",
    "http://127.0.0.1:3000",
    "http://localhost.evil.example:3000",
    "http://localhost:3000@evil.example",
    "http://localhost:8000",
    "http://localhost:5173",
    "http://localhost:8080",
    "http://localhost:4200",
    "http://[::1]:3000",
    "http://192.168.1.10:3000",
    "https://example.com",
    "https://docubot.vercel.app",
    "chrome-extension://abcdefghijklmnop",
    "capacitor://localhost",
    "file://",
    "null",
]
# Each is asked by another of the origins.
_PATHS = [
    "/",
    "/stream",
    "/secure",
    "/no-such-path",
    "/search?q=cors",
    "/users/7",
    "/users/seven",
    "/items/7",
    "/sync",
    "/async",
    "/my-error?message=cors",
    "/openapi.json",
    "/me",
    "/protected",
    "/docs",
    "/no/such/path",
    "/secure?is_allowed=true",
    "/search",
    "/items?limit=ten",
    "/upload",
    "/ask",
    "/events",
    "/redoc",
    "/ws",
    "/users",
]
_ANSWERED = ["/health", "/items", "/search?q=cors", "/"]
_ALSO_ANSWERED = ["/users/7", "/sync", "/async", "/stream", "/secure?is_allowed=true", "/me", "/protected"]
_WRITTEN: dict[str, dict[str, Any]] = {
    "/ask": {"json": {"question": "why?"}},
    "/items": {"json": {"name": "cors", "price": 1.5}},
    "/events": {},
    "/upload": {"files": {"file": ("cors.txt", b"cors", "text/plain")}},
}
# The ids are nobody's, and the last method is none of its path's.
_CHANGED = [
    *(("POST", path) for path in (*_WRITTEN, "/users")),
    *((method, "/items/no-such-item") for method in ("DELETE", "PUT", "PATCH")),
    ("DELETE", "/health"),
]


def _header(exchange: Exchange, name: str) -> str:
    # A browser reads several lines as one list, and a list is no origin.
    return exchange.answer.combined(name) if exchange.answer else ""


def _listed(exchange: Exchange, name: str) -> set[str]:
    return {each.strip().lower() for each in _header(exchange, name).split(",") if each.strip()}


def _expect_allowed(exchange: Exchange) -> None:
    for name, wanted in (("Access-Control-Allow-Origin", _ORIGIN), ("Access-Control-Allow-Credentials", "true")):
        found = _header(exchange, name)
        expect(found == wanted, exchange, f"{name}: {wanted}", f"it is {found!r}" if found else "it is missing")


@requirement("cors-preflight")
@given(
    boundaries=[
        ("/items", "POST", "content-type"),
        ("/items", "GET", "x-requested-with"),
        ("/items/7", "DELETE", "authorization"),
        ("/items/7", "PUT", "authorization, content-type"),
        ("/items/7", "PATCH", "content-type"),
        ("/me", "GET", "authorization"),
        ("/upload", "POST", "content-type, x-upload-token"),
        ("/ask", "POST", "authorization, content-type"),
        ("/users", "POST", "content-type"),
        ("/search", "GET", "x-api-key"),
        ("/events", "POST", "x-request-id"),
        # What asks for no header of its own is asked for all the same where it is no GET or POST.
        ("/items/7", "DELETE", ""),
        ("/items", "GET", ""),
    ]
)
def test_a_preflight_allows_what_it_asks_for(api: Api, asked: tuple[str, str, str]) -> Flow:
    path, method, names = asked
    # A framework may answer for the methods that a path has, and only the full profile gives it these.
    if method in ("PUT", "PATCH") and api.profile == "core":
        return
    headers = {"Origin": _ORIGIN, "Access-Control-Request-Method": method}
    exchange = yield build(
        "OPTIONS", path, headers=headers | ({"Access-Control-Request-Headers": names} if names else {})
    )

    expect(exchange.status is not None and 200 <= exchange.status < 300, exchange, "a 2xx status")
    _expect_allowed(exchange)
    for name, wanted in (("Access-Control-Allow-Methods", method), ("Access-Control-Allow-Headers", names)):
        missing = {each.strip().lower() for each in wanted.split(",") if each} - _listed(exchange, name)
        expect(not missing, exchange, f"{name} with {wanted}", _told(_header(exchange, name)))


def _told(found: str) -> str:
    if found.strip() == "*":
        # Fetch standard, CORS protocol and credentials.
        return "it is *, which is no wildcard where credentials are allowed"
    return f"it is {found}" if found else "it is missing"


@requirement("cors-simple")
@given(boundaries=[*_ANSWERED, *_ALSO_ANSWERED])
def test_an_answer_names_the_allowed_origin(api: Api, path: str) -> Flow:
    presented = {"Cookie": "session=1", **_access.bearer_headers(api)} if path in _ALSO_ANSWERED else {}
    exchange = yield build("GET", path, headers={"Origin": _ORIGIN, **presented})

    # Errors are cors-on-errors' matter.
    if path in _ANSWERED or _succeeded(exchange):
        _expect_allowed(exchange)


@requirement("cors-simple")
@given(boundaries=_WRITTEN.items())
def test_an_answer_to_what_is_written_names_it_too(api: Api, written: tuple[str, dict[str, Any]]) -> Flow:
    path, parts = written
    exchange = yield build("POST", path, headers={"Origin": _ORIGIN}, **parts)

    _expect_allowed(exchange)
    item = created_id(exchange) if path == "/items" else None
    for method in ("GET", "DELETE") if item is not None else ():
        exchange = yield build(method, _items.path(str(item)), headers={"Origin": _ORIGIN})
        if _succeeded(exchange):
            _expect_allowed(exchange)


def _succeeded(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status < 400


@requirement("cors-simple")
@given(boundaries=_ANSWERED)
def test_it_is_named_too_while_another_origin_asks(api: Api, path: str) -> Flow:
    exchange, _ = yield [build("GET", path, headers={"Origin": origin}) for origin in (_ORIGIN, _FOREIGN[0])]

    _expect_allowed(exchange)


@requirement("cors-foreign-origin")
@given(boundaries=zip(_FOREIGN, _PATHS, strict=True))
def test_no_other_origin_is_allowed(api: Api, asked: tuple[str, str]) -> Flow:
    origin, path = asked
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    exchanges = yield [
        build("GET", "/items", headers={"Origin": origin, "Cookie": "session=1"}),
        build("OPTIONS", "/items", headers=preflight),
        build("GET", path, headers={"Origin": origin}),
    ]
    for exchange in exchanges:
        _expect_refused(exchange, origin)


@requirement("cors-foreign-origin")
@given(boundaries=[("GET", "/health"), *itertools.product(["GET"], _ALSO_ANSWERED), *_CHANGED])
def test_it_is_not_allowed_on_any_route(api: Api, asked: tuple[str, str]) -> Flow:
    method, path = asked
    origin = {"Origin": _FOREIGN[0]}
    preflight = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    credentials = _access.bearer_headers(api)
    exchanges = yield [
        build(method, path, headers=origin | credentials, **_WRITTEN.get(path, {})),
        build("OPTIONS", path, headers=origin | preflight),
    ]
    for exchange in exchanges:
        _expect_refused(exchange, _FOREIGN[0])


def _expect_refused(exchange: Exchange, origin: str) -> None:
    allowed = _listed(exchange, "Access-Control-Allow-Origin")
    told = f"it is {', '.join(sorted(allowed))}"
    expect(exchange.answer is not None, exchange, "an answer")
    expect(not allowed & {origin, "*"}, exchange, f"no Access-Control-Allow-Origin for {origin}", told)


@requirement("cors-vary")
@given(boundaries=_ANSWERED)
def test_an_answer_to_an_origin_varies_by_it(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path, headers={"Origin": _ORIGIN})

    varies = _header(exchange, "Vary")
    named = _listed(exchange, "Vary")
    expect(bool(named & {"origin", "*"}), exchange, "Vary: Origin", f"it is {varies}" if varies else "it is missing")


@requirement("cors-on-errors")
@given(boundaries=[("GET", "/no-such-path"), ("GET", "/secure"), ("GET", "/users/seven"), ("POST", "/items")])
def test_errors_carry_the_headers_too(api: Api, asked: tuple[str, str]) -> Flow:
    exchange = yield build(*asked, headers={"Origin": _ORIGIN})

    _expect_allowed(exchange)
