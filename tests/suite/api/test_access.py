"""The run presents itself as each security scheme asks, and its credentials go to the target alone."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import jwt
import pytest

from conformance.client import Client, Connection
from conformance.properties import Api, Draws
from conformance.settings import Account, Credentials
from conformance.suite.api._access import Access
from conformance.suite.api._requests import Credential
from conformance.suite.operations import Operation, operations
from tests.servers import Received, Recorder, Reply, answer, recording
from tests.suite.api.makers import FINE, TEXT, schemas_of, taking

ADA, ROOT = Account("ada", "engine"), Account("root", "toor")
EVERYBODY = Credentials(api_key="key", user=ADA, admin=ROOT)
OAUTH2 = {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {"read": "Read."}}}}
BEARER = {"type": "http", "scheme": "Bearer"}
BASIC = {"type": "http", "scheme": "basic"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def secured(*alternatives: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    return {"/things": {"get": {**FINE, "security": list(alternatives)}}, **more}


def issue(request: Received) -> bytes:
    """Issue a token that names who asked for it."""
    told = dict(pair.split("=") for pair in request.body.decode().split("&")) if b"=" in request.body else {}
    name = told.get("username") or json.loads(request.body or b"{}").get("email", "nobody")
    return answer(200, json.dumps({"access_token": f"token-of-{name}", "token_type": "bearer"}).encode())


@contextmanager
def access_to(
    paths: dict[str, Any], credentials: Credentials, reply: Reply = issue, prefix: str = "", **schemes: Any
) -> Iterator[tuple[Access, Operation, Recorder]]:
    """Give the access to a target with security schemes, the operation at ``/things``, and what was sent."""
    schemas = schemas_of(paths, securitySchemes=schemes)
    [operation] = [each for each in operations(schemas) if each.template == "/things"]
    with recording(reply) as target:
        client = Client(Connection(target.url))
        try:
            yield Access(Api(client, Draws(1, "quick", "access"), credentials), schemas, prefix), operation, target
        finally:
            client.close()


def basic(account: Account) -> str:
    return "Basic " + base64.b64encode(f"{account.username}:{account.password}".encode()).decode()


@pytest.mark.parametrize(
    ("scheme", "presented"),
    [
        (BEARER, Credential(headers={"Authorization": "Bearer given"})),
        (BASIC, Credential(headers={"Authorization": basic(ADA)})),
        (KEY, Credential(headers={"X-Key": "key"})),
        ({**KEY, "in": "query"}, Credential(query={"X-Key": "key"})),
        ({**KEY, "in": "cookie"}, Credential(cookies={"X-Key": "key"})),
        ({**KEY, "name": "Authorization"}, Credential(headers={"Authorization": "Bearer given"})),
        (
            {**KEY, "name": "Authorization", "description": 'Token-based, with required prefix "Token"'},
            Credential(headers={"Authorization": "Token given"}),
        ),
        ({"type": "openIdConnect", "openIdConnectUrl": "x"}, Credential(headers={"Authorization": "Bearer given"})),
        ({"type": "mutualTLS"}, None),
    ],
    ids=str,
)
def test_each_scheme_is_presented_what_it_asks_for(scheme: dict[str, Any], presented: Credential | None) -> None:
    told = Credentials(bearer="given", api_key="key", user=ADA)

    with access_to(secured({"it": []}), told, lambda _: answer(404), it=scheme) as (access, operation, _):
        assert access.credential(operation) == presented


def test_a_token_is_asked_for_by_the_password_flow_with_the_documents_scopes() -> None:
    with access_to(secured({"it": ["read"]}), Credentials(user=ADA), it=OAUTH2) as (access, operation, target):
        found = access.credential(operation)

    assert found == Credential(headers={"Authorization": "Bearer token-of-ada"})
    assert [each.path for each in target.received] == ["/token"]
    assert target.received[0].body == b"grant_type=password&username=ada&password=engine&scope=read"


@pytest.mark.parametrize("url", ["token", "/api/token", "./token"])
def test_a_token_url_is_below_where_the_paths_are(url: str) -> None:
    flow = {"type": "oauth2", "flows": {"password": {"tokenUrl": url, "scopes": {}}}}

    with access_to(secured({"it": []}), Credentials(user=ADA), prefix="/api", it=flow) as (access, operation, target):
        access.credential(operation)

    assert [each.path for each in target.received] == ["/api/token"]


def test_a_token_url_on_another_host_is_sent_no_password() -> None:
    with recording(issue) as other:
        flow = {"type": "oauth2", "flows": {"password": {"tokenUrl": f"{other.url}/token", "scopes": {}}}}
        with access_to(secured({"it": []}), Credentials(user=ADA), it=flow) as (access, operation, _):
            assert access.credential(operation) is None

    assert other.received == []


def test_a_login_that_looks_like_one_is_used_where_no_flow_is_documented() -> None:
    schema = {"type": "object", "properties": {"email": TEXT, "password": TEXT}}
    login = {"/auth/login": {"post": {**FINE, "requestBody": taking(schema)}}}

    def reply(request: Received) -> bytes:
        return issue(request) if (request.header("content-type") or "").startswith("application/json") else answer(422)

    with access_to(secured({"it": []}, **login), Credentials(user=ADA), reply, it=BEARER) as (
        access,
        operation,
        target,
    ):
        found = access.credential(operation)

    assert found == Credential(headers={"Authorization": "Bearer token-of-ada"})
    assert {each.path for each in target.received} == {"/auth/login"}


@pytest.mark.parametrize("name", ["access_token", "token", "access", "accessToken", "jwt"])
def test_a_token_is_known_by_the_names_that_frameworks_give_it(name: str) -> None:
    def reply(_: Received) -> bytes:
        return answer(200, json.dumps({name: "issued", "refresh": "other"}).encode())

    with access_to(secured({"it": []}), Credentials(user=ADA), reply, it=OAUTH2) as (access, operation, _):
        assert access.credential(operation) == Credential(headers={"Authorization": "Bearer issued"})


def test_what_issues_no_token_is_told() -> None:
    with access_to(secured({"it": []}), Credentials(user=ADA), lambda _: answer(401), it=OAUTH2) as (
        access,
        operation,
        _,
    ):
        assert access.credential(operation) is None

    assert access.refused == ["POST /token issues no token for ada"]


@pytest.mark.parametrize("lasts", ["expires_in", "exp"])
def test_a_token_that_is_about_to_end_is_fetched_anew(lasts: str) -> None:
    def reply(_: Received) -> bytes:
        soon = jwt.encode({"exp": int(time.time()) + 5}, "a-secret-of-more-than-thirty-two-bytes", "HS256")
        value = {"access_token": "opaque", "expires_in": 5} if lasts == "expires_in" else {"access_token": soon}
        return answer(200, json.dumps(value).encode())

    with access_to(secured({"it": []}), Credentials(user=ADA), reply, it=OAUTH2) as (access, operation, target):
        access.credential(operation)
        access.credential(operation)

    assert len(target.received) == 2


def test_a_token_that_lasts_is_fetched_once() -> None:
    with access_to(secured({"it": []}), Credentials(user=ADA), it=OAUTH2) as (access, operation, target):
        access.credential(operation)
        access.credential(operation)

    assert len(target.received) == 1


def test_the_alternative_that_can_be_satisfied_is_whole() -> None:
    paths = secured({"token": [], "other": []}, {"key": [], "basic": []})
    schemes: dict[str, Any] = {"token": BEARER, "other": {"type": "mutualTLS"}, "key": KEY, "basic": BASIC}

    with access_to(paths, Credentials(api_key="key", user=ADA), lambda _: answer(404), **schemes) as (
        access,
        operation,
        _,
    ):
        assert access.credential(operation) == Credential(headers={"X-Key": "key", "Authorization": basic(ADA)})


def test_an_open_operation_is_asked_without_credentials() -> None:
    with access_to({"/things": {"get": FINE}}, EVERYBODY, it=OAUTH2) as (access, operation, _):
        assert access.credential(operation) is None


def test_whoever_is_not_allowed_lets_the_next_ask_and_the_last_nobody() -> None:
    with access_to(secured({"it": []}), EVERYBODY, it=OAUTH2) as (access, operation, _):
        asked = [access.credential(operation)]
        assert access.let_the_next_ask(operation)
        asked.append(access.credential(operation))
        assert not access.let_the_next_ask(operation)
        asked.append(access.credential(operation))

    told = [each.headers["Authorization"] for each in asked if each]
    assert told == ["Bearer token-of-ada", "Bearer token-of-root", "Bearer token-of-root"]


def test_made_up_credentials_are_of_every_scheme_and_of_nobody() -> None:
    paths = secured({"token": []}, {"key": [], "basic": []})

    with access_to(paths, EVERYBODY, token=BEARER, key=KEY, basic=BASIC) as (access, operation, _):
        found = dict(access.made_up(operation))

    assert set(found) == {"token", "key", "basic", "basic, with the user's name"}
    shown = " ".join(text for each in found.values() for text in each.headers.values())
    assert "engine" not in base64.b64decode(found["basic"].headers["Authorization"].partition(" ")[2]).decode()
    assert "token-of-ada" not in shown


def test_what_is_made_up_stands_beside_what_is_right() -> None:
    with access_to(secured({"key": [], "basic": []}), EVERYBODY, key=KEY, basic=BASIC) as (access, operation, _):
        right, found = access.credential(operation), dict(access.made_up(operation))

    assert right is not None
    assert found["key"].headers["Authorization"] == right.headers["Authorization"]
    assert found["key"].headers["X-Key"] != right.headers["X-Key"]
    assert found["basic"].headers["X-Key"] == right.headers["X-Key"]


def test_where_one_way_is_refused_all_together_are_tried() -> None:
    with access_to(secured({"it": []}, {"key": []}), EVERYBODY, it=OAUTH2, key=KEY) as (access, operation, _):
        asked = [access.credential(operation)]
        while access.let_the_next_ask(operation):
            asked.append(access.credential(operation))

    told = [sorted(each.headers) for each in asked if each]
    assert told == [["Authorization"], ["Authorization"], ["Authorization", "X-Key"], ["Authorization", "X-Key"]]


def test_a_wrong_password_of_a_real_user_is_tried_on_one_operation_alone() -> None:
    with access_to(secured({"basic": []}), EVERYBODY, basic=BASIC) as (access, operation, _):
        first, again, other = (
            dict(access.made_up(each)) for each in (operation, operation, replace(operation, method="DELETE"))
        )

    assert list(first) == list(again) == ["basic", "basic, with the user's name"]
    assert list(other) == ["basic"]
    guess = first["basic, with the user's name"].headers["Authorization"].partition(" ")[2]
    assert base64.b64decode(guess).decode().startswith("ada:made-up-")


@pytest.mark.parametrize("value", [{}, [], {"access_token": 7}, {"access_token": "line\nbreak"}, "text", None], ids=str)
def test_what_is_no_token_is_not_presented(value: Any) -> None:
    said = answer(200, json.dumps(value).encode())

    with access_to(secured({"it": []}), Credentials(user=ADA), lambda _: said, it=OAUTH2) as (access, operation, _):
        assert access.credential(operation) is None
