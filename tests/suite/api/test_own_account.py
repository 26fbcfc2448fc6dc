"""A run neither ends its own session nor changes the account by which it asks."""

from typing import Any

import pytest

from conformance.settings import Credentials
from conformance.suite import generation
from conformance.suite.api._own_account import left_alone, without_credentials
from tests.servers import Received, answer
from tests.suite.api.makers import FINE, TEXT, operation, schemas_of, taking
from tests.suite.api.stores import PATHS, Store, exploring

SECURED: dict[str, Any] = {"security": [{"it": []}]}
EMAIL = {"type": "object", "properties": {"email": TEXT, "nickname": TEXT}}


@pytest.mark.parametrize(
    "label",
    [
        *("POST /auth/logout", "GET /log-out", "POST /session/sign_out", "POST /tokens/revoke"),
        *("POST /me/change-password", "PUT /users/me/password", "DELETE /users/me", "DELETE /auth/logout"),
        *("DELETE /session", "DELETE /auth/tokens", "DELETE /sessions/current"),
    ],
)
def test_what_would_end_the_session_is_left_alone(label: str) -> None:
    assert left_alone(operation(label, **SECURED))


@pytest.mark.parametrize("label", ["POST /auth/login", "GET /me", "POST /users", "DELETE /cart", "POST /about"])
def test_everything_else_is_not(label: str) -> None:
    assert not left_alone(operation(label, **SECURED))


@pytest.mark.parametrize("label", ["POST /logout", "POST /reset-password"])
def test_what_is_asked_as_nobody_may_be_asked(label: str) -> None:
    assert not left_alone(operation(label))


def test_an_account_is_changed_but_for_what_it_logs_in_by() -> None:
    changed = without_credentials(operation("PATCH /me", requestBody=taking(EMAIL), **SECURED), schemas_of({}))

    assert changed.body is not None
    assert set(changed.body.schema["properties"]) == {"nickname"}
    assert not left_alone(changed)


def test_an_account_whose_name_must_be_sent_is_left_alone() -> None:
    body = taking({**EMAIL, "required": ["email"]})

    assert left_alone(without_credentials(operation("PUT /me", requestBody=body, **SECURED), schemas_of({})))


@pytest.mark.parametrize("label", ["POST /users", "PUT /users/{id}", "PATCH /newsletter"])
def test_other_accounts_are_asked_for_as_the_document_says(label: str) -> None:
    asked = operation(label, requestBody=taking(EMAIL), **SECURED)

    assert without_credentials(asked, schemas_of({})) is asked


def test_only_an_account_is_asked_with_less_than_the_document_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    request_of = generation.request_of

    def counted(*told: Any, **more: Any) -> Any:
        made.append(told)
        return request_of(*told, **more)

    monkeypatch.setattr(generation, "request_of", counted)
    with exploring(Store()) as attempt:
        attempt("api-no-5xx")

    assert made, "nothing was generated"


def test_who_has_logged_out_is_not_refused_by_the_rest() -> None:
    read = {"get": {**PATHS["/things"]["get"], **SECURED}}
    store = Store({**PATHS, "/logout": {"post": {**FINE, **SECURED}}, "/things": {**PATHS["/things"], **read}})
    store.document["components"] = {"securitySchemes": {"it": {"type": "http", "scheme": "bearer"}}}
    ended: list[bool] = []

    def amiss(request: Received) -> bytes | None:
        if request.path == "/logout":
            known = request.header("authorization") == "Bearer opaque" and not ended
            ended.extend([True] if known else [])
            return answer(200 if known else 401)
        closed = request.method == "GET" and request.path.partition("?")[0] == "/things"
        is_right = request.header("authorization") == "Bearer opaque" and not ended
        return answer(401) if closed and not is_right else None

    store.amiss = amiss
    with exploring(store, credentials=Credentials(bearer="opaque")) as attempt:
        assert attempt("api-auth-accepted").status == "passed"
        assert attempt("api-auth-required").status == "passed"
        tampered = attempt("api-auth-tampered")

    assert (tampered.status, tampered.applies) == ("not_verified", False)
