"""What tells in whose part of an API a request is stays the same for a run."""

from typing import Any

from conformance.suite.api._parameters import scoping
from tests.servers import Received
from tests.suite.api.makers import TEXT, operation
from tests.suite.api.stores import PATHS, Store, exploring, say

TENANT: dict[str, Any] = {"name": "X-Tenant", "in": "header", "required": True, "schema": {**TEXT, "minLength": 3}}
KEY = {**TENANT, "name": "Idempotency-Key"}


def test_what_reads_and_writes_ask_for_alike_tells_where_they_are() -> None:
    asked = [
        operation("GET /things", parameters=[TENANT, {**TENANT, "name": "X-Trace", "required": False}]),
        operation("POST /things/{id}", parameters=[{**TENANT, "name": "x-tenant"}, KEY]),
    ]

    assert scoping(asked) == {("header", "x-tenant")}


def test_what_one_tenant_made_is_read_as_that_tenant() -> None:
    paths = {path: {**item, "parameters": [*item.get("parameters", []), TENANT]} for path, item in PATHS.items()}
    whole = Store(paths)
    stores: dict[str, Store] = {}

    def each_its_own(request: Received) -> bytes | None:
        tenant = request.header("x-tenant")
        if request.path == "/openapi.json":
            return None
        return stores.setdefault(tenant, Store(paths))(request) if tenant else say(422, {"detail": []})

    whole.amiss = each_its_own
    with exploring(whole) as attempt:
        found = {id: attempt(id).status for id in ("api-created-available", "api-write-read-back", "api-deleted-gone")}

    assert set(found.values()) == {"passed"}
