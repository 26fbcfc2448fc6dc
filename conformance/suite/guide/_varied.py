"""Requests to which an API gives every kind of answer that the contract names."""

import uuid

from conformance.client import MIB
from conformance.exchange import Request, build
from conformance.properties import Api
from conformance.suite.guide import _access, _items, _single

_LIMIT = 5
_LARGEST_UPLOAD = 10 * MIB


def requests(api: Api) -> list[Request]:
    """Give requests that are quickly answered, by success and by each kind of error."""
    bearer = _access.bearer_headers(api)
    return [
        build("GET", "/"),
        build("GET", "/health"),
        build("GET", f"/no-such-{api.draws.token()}"),
        build("DELETE", "/health"),
        build("GET", "/users/seven"),
        build("POST", "/items", json={}),
        build("POST", "/items", body=b"{", headers={"Content-Type": "application/json"}),
        build("GET", "/secure"),
        build("GET", "/my-error", query={"message": "wrong"}),
        build("GET", "/protected"),
        build("GET", "/me", headers={"Authorization": "Bearer garbage"}),
        build("GET", "/me", headers=bearer),
        build("GET", "/admin", headers=bearer),
        build("GET", "/usage"),
        build("POST", "/token", form={"username": "nobody", "password": api.draws.token()}),
        build("GET", f"/items/{uuid.uuid4()}"),
        build("POST", "/translate", json={"text": "hello", "target_lang": "zz"}),
        build("POST", "/upload", files={"other": ("a.txt", b"a", "text/plain")}),
    ]


def provoke(api: Api) -> None:
    """Send all of them and the costly ones, unless the run has seen their answers before."""
    bearer = _access.bearer_headers(api)
    created = api.send(_items.create({"name": "varied", "price": 1.5}))
    path = _items.path(_items.made(created))
    more = [
        build("PUT", path, json={"name": "varied", "price": 2.5}),
        build("PATCH", path, json={"price": 3.5}),
        build("DELETE", f"/items/{uuid.uuid4()}"),
        build("PATCH", f"/items/{uuid.uuid4()}", json={"price": 3.5}),
        build("PUT", f"/items/{uuid.uuid4()}", json={"name": "varied", "price": 2.5}),
        build("GET", "/items", query={"limit": 101}),
        build("GET", "/secure", query={"is_allowed": "true"}),
        build("GET", "/me"),
        build("GET", "/admin"),
        build("GET", "/protected", headers=bearer),
        build("GET", "/usage", headers={"X-API-Key": api.credentials.api_key or "wrong"}),
        build("GET", "/metrics"),
        build("GET", "/stream"),
        build("GET", "/events"),
        build("GET", "/sync"),
        build("GET", "/async", query={"delay": 3}),
        build("POST", "/token", form={"username": "nobody"}),
        build("POST", "/translate", json={"text": "hello", "target_lang": "en"}),
        build("POST", "/upload", files={"file": ("a.bin", b"a", "application/octet-stream")}),
    ]
    if api.credentials.admin:
        more.append(build("GET", "/admin", headers=_access.admin(api).headers))
    api.send_all([*requests(api), *more])
    seen = {(e.request.path.partition("?")[0], e.status) for e in api.seen()}
    if ("/upload", 413) not in seen:
        api.post("/upload", files={"file": ("large.bin", bytes(_LARGEST_UPLOAD + 1), "application/octet-stream")})
    if ("/limited", 429) not in seen or api.confirming:
        with _single.caller(api) as client:
            for _ in range(_LIMIT + 1):
                client.get("/limited")
