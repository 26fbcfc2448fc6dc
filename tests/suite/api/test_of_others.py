"""Who may not look at what is somebody else's has right credentials all the same."""

import copy
from collections.abc import Callable
from typing import Any

from conformance.settings import Credentials
from conformance.verdict import Outcome
from tests.servers import Received
from tests.suite.api.makers import saying
from tests.suite.api.stores import ID, PATHS, STORED, Store, exploring, say

KEY = "the-key-of-the-run"
PEOPLE = {"/people/{id}": {"parameters": [ID], "get": {"responses": {"200": saying(STORED)}}}}


def outcome(refused: Callable[[Received], bool], paths: dict[str, Any], status: int = 403) -> Outcome:
    """Ask a store that is closed to whoever has no key for ``paths``, and refuses some who have it."""
    store = Store(copy.deepcopy({**PATHS, **paths}))
    scheme = {"type": "http", "scheme": "bearer"}
    more: dict[str, Any] = {"components": {"securitySchemes": {"key": scheme}}, "security": [{"key": []}]}

    store.document |= more

    def ask(request: Received) -> bytes | None:
        if request.path == "/openapi.json":
            return None
        if request.header("authorization") != f"Bearer {KEY}":
            return say(401, {})
        return say(status, {}) if refused(request) else None

    store.amiss = ask
    with exploring(store, credentials=Credentials(bearer=KEY)) as attempt:
        return attempt("api-auth-accepted")


def told(found: Outcome, label: str) -> tuple[str, str]:
    [each] = [each for each in found.operations if each["operation"] == label]
    return each["status"], each["message"]


def test_what_may_be_of_others_may_be_forbidden() -> None:
    found = outcome(lambda request: request.path.startswith("/people"), PEOPLE)

    status, message = told(found, "GET /people/{id}")
    assert (found.status, status) == ("passed", "not_verified")
    assert message.startswith("403: the run has made nothing")


def test_what_the_run_made_may_not() -> None:
    found = outcome(lambda request: request.method == "GET" and request.path.startswith("/things/"), {})

    assert told(found, "GET /things/{id}") == ("failed", "it is 403")


def test_who_is_not_known_is_not_let_in_at_all() -> None:
    found = outcome(lambda request: request.path.startswith("/people"), PEOPLE, 401)

    assert told(found, "GET /people/{id}") == ("failed", "it is 401")
