"""Guide section 13: a route behind bearer credentials answers only with them."""

import base64

from conformance.checks import Mismatch, expect, expect_status
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.suite import documents
from conformance.suite.guide import _access

_PAIRS = 3
_INCOMPLETE = [{"Authorization": "Bearer"}, {"Authorization": ""}]
_USUAL_PAIRS = ["admin:admin", "user:password"]


@requirement("bearer-missing")
def test_no_credentials_are_refused(api: Api) -> None:
    # Nor are they once the same client has presented some.
    api.get("/protected", headers=_access.bearer_headers(api))
    without, *incomplete = api.send_all([build("GET", "/protected", headers=headers) for headers in ({}, *_INCOMPLETE)])

    expect_status(without, 401, 403)
    for exchange in incomplete:
        told = exchange.status is not None and 400 <= exchange.status < 500
        expect(told or _takes_an_empty_token(api), exchange, "a 4xx for a header without a token")


@requirement("bearer-missing")
def test_no_credentials_are_refused_while_others_have_some(api: Api) -> None:
    headers = _access.bearer_headers(api)
    both = [build("GET", "/protected", headers=headers), build("GET", "/protected")]

    for exchange in api.send_all(both * _PAIRS)[1::2]:
        expect_status(exchange, 401, 403)


@requirement("bearer-wrong-scheme")
@given(boundaries=["Basic", "basic"])
def test_another_scheme_is_refused(api: Api, scheme: str) -> Flow:
    account = api.credentials.user
    pairs = [
        f"user:{api.draws.token()}",
        *_USUAL_PAIRS,
        *([f"{account.username}:{account.password}"] if account else []),
    ]
    # What would be let in by the right scheme is not by this one.
    presented = [*(base64.b64encode(pair.encode()).decode() for pair in pairs), _access.bearer(api).token]
    exchanges = yield [build("GET", "/protected", headers={"Authorization": f"{scheme} {each}"}) for each in presented]

    for exchange in exchanges:
        expect_status(exchange, 401, 403)


@requirement("bearer-accepted")
def test_bearer_credentials_are_accepted(api: Api) -> None:
    bearer = _access.bearer(api)
    exchange = api.get("/protected", headers=bearer.headers)
    _access.admit(exchange, bearer)

    expect_status(exchange, 200)


@requirement("bearer-challenge")
@given(boundaries=[{}, {"Authorization": "Basic dXNlcjpwYXNz"}, {"Authorization": "Bearer garbage"}])
def test_a_401_says_which_scheme_it_wants(api: Api, headers: dict[str, str]) -> Flow:
    exchange = yield build("GET", "/protected", headers=headers)
    if exchange.answer is None or exchange.status != 401:
        return

    challenges = [value.strip().lower() for key, value in exchange.answer.headers if key.lower() == "www-authenticate"]
    named = any(part.strip().split(" ")[0] == "bearer" for each in challenges for part in each.split(","))
    expect(named, exchange, "WWW-Authenticate: Bearer", f"it is {', '.join(challenges) or 'missing'}")


def _takes_an_empty_token(api: Api) -> bool:
    """Tell whether the document has OAuth2 guard the route: FastAPI's own reader of it lets an empty token in."""
    try:
        document = documents.fetch(api)
    except Mismatch:
        # That there is none is openapi-valid's matter.
        return True
    operation = document.operation("GET", "/protected")
    components = document.resolve(document.root.get("components"))
    schemes = document.resolve(components.get("securitySchemes"))
    named = {name for each in (operation.security if operation else ()) for name in each}
    return any(document.resolve(schemes.get(name)).get("type") == "oauth2" for name in named)
