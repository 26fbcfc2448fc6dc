"""Guide section 13, whole: roles and keys open what they are for, and the document says so."""

from typing import Any

from conformance.checks import CannotTell, expect, expect_status
from conformance.exchange import build
from conformance.properties import Api, requirement
from conformance.suite import documents
from conformance.suite.guide import _access, _forgery

# A parameter that no route has may make a request invalid too.
_REFUSALS = (401, 403, 400, 422)
_PROMOTING_HEADERS = (
    {"X-Role": "admin", "X-Roles": "admin", "X-User-Role": "admin", "Role": "admin"},
    {"X-Admin": "true", "X-Is-Admin": "true"},
    {"Cookie": "role=admin; roles=admin; is_admin=true; admin=true"},
)
_PROMOTING_QUERIES = ({"role": "admin", "roles": "admin"}, {"is_admin": "true", "admin": "true"})
# What tutorials and templates have for a key, and what stands there where none was set.
_OF_EXAMPLES = ("test", "demo", "dev", "secret", "admin", "changeme", "your-api-key", "None", "null", "undefined")
_PAIRS = 4
_ROLES = ("role", "roles", "is_admin", "scope", "scopes")


@requirement("role-denied")
def test_an_ordinary_user_is_no_administrator(api: Api) -> None:
    expect_status(api.get("/admin", headers=_access.user(api).headers), 403)
    expect_status(api.get("/admin"), 401)


@requirement("role-denied")
def test_an_ordinary_user_is_none_while_an_administrator_asks_too(api: Api) -> None:
    if not api.credentials.admin:
        return
    everybody = [
        build("GET", "/admin", headers=_access.admin(api).headers),
        build("GET", "/admin", headers=_access.user(api).headers),
    ]
    for exchange in api.send_all(everybody * _PAIRS)[1::2]:
        expect_status(exchange, 403)


@requirement("role-allowed")
def test_an_administrator_is_let_in(api: Api) -> None:
    expect_status(api.get("/admin", headers=_access.admin(api).headers), 200)


@requirement("role-not-from-client")
def test_claims_that_nobody_signed_gain_nothing(api: Api) -> None:
    user, admin = _forgery.issued(api), _forgery.issued(api, _access.admin(api))
    promoted: dict[str, Any] = {**admin.claims, "sub": user.claims.get("sub")}
    promoted |= {name: admin.claims[name] for name in _ROLES if name in admin.claims}
    # What is kept of a token that was verified must not let in another one.
    api.get("/admin", headers=_access.Bearer(user.text).headers)
    forged = []
    for claims in (admin.claims, promoted):
        forged.append(user.with_parts(claims=claims))
        forged += _forgery.signed_with_other_keys(api, claims)
        forged += [user.with_parts({**user.header, "alg": n}, claims, b"") for n in _forgery.UNSIGNED]
    for exchange in api.send_all([build("GET", "/admin", headers=_access.Bearer(text).headers) for text in forged]):
        expect_status(exchange, 401, 403)


@requirement("role-not-from-client")
def test_a_role_that_a_request_names_gains_nothing(api: Api) -> None:
    bearer = _access.user(api).headers
    # Where it is let in or sent away otherwise without them, it is role-denied that is broken.
    if api.get("/admin", headers=bearer).status not in (401, 403):
        return
    for exchange in api.send_all([build("GET", "/admin", headers={**bearer, **each}) for each in _PROMOTING_HEADERS]):
        expect_status(exchange, 401, 403)
    for exchange in api.send_all([build("GET", "/admin", headers=bearer, query=each) for each in _PROMOTING_QUERIES]):
        expect_status(exchange, *_REFUSALS)


@requirement("role-not-from-client")
def test_a_scope_that_a_login_asks_for_is_not_given_for_the_asking(api: Api) -> None:
    account = api.credentials.user
    if account is None or api.get("/admin", headers=_access.user(api).headers).status not in (401, 403):
        return
    # A server may refuse such a login, or issue a token that holds less (RFC 6749, section 3.3).
    asked = _access.ask_for_token(api, account, scope=" ".join(_scopes(api)))
    token = _access.issued_token(asked)
    if token:
        expect_status(api.get("/admin", headers=_access.Bearer(token).headers), 401, 403)


def _scopes(api: Api) -> list[str]:
    """Give the scopes that an administrator's token may stand for."""
    claims = _forgery.issued(api, _access.admin(api)).claims if api.credentials.admin else {}
    found = [claims.get(name) for name in _ROLES]
    told = [each.split() if isinstance(each, str) else each for each in found]
    words = [word for each in told if isinstance(each, list) for word in each if isinstance(word, str)]
    return list(dict.fromkeys(["admin", *words]))


@requirement("api-key-missing")
def test_no_key_and_a_wrong_key_are_refused(api: Api) -> None:
    wrong = [f"wrong-{api.draws.token()}"]
    key = api.credentials.api_key
    if key:
        wrong += [each for each in (key[:-1], key + "x", key.swapcase(), key[::-1]) if each and each != key]
    wrong += [each for each in _OF_EXAMPLES if each != key]
    wrong += ["", _access.bearer(api).token]
    requests = [build("GET", "/usage"), *(build("GET", "/usage", headers={"X-API-Key": each}) for each in wrong)]
    for exchange in api.send_all(requests):
        expect_status(exchange, 401, 403)


@requirement("api-key-missing")
def test_a_key_in_another_place_is_none(api: Api) -> None:
    key = api.credentials.api_key
    # Where the header has it in vain, it is api-key-accepted that is broken.
    if not key or api.get("/usage", headers={"X-API-Key": key}).status != 200:
        return
    for scheme in ("Bearer", "ApiKey"):
        expect_status(api.get("/usage", headers={"Authorization": f"{scheme} {key}"}), 401, 403)
    named = dict.fromkeys(("api_key", "apikey", "key", "X-API-Key"), key)
    expect_status(api.get("/usage", query=named), *_REFUSALS)


@requirement("api-key-accepted")
def test_the_right_key_is_accepted(api: Api) -> None:
    if not api.credentials.api_key:
        raise CannotTell("needs credentials.api_key")
    expect_status(api.get("/usage", headers={"X-API-Key": api.credentials.api_key}), 200)


@requirement("security-documented")
def test_the_document_says_what_asks_for_credentials(api: Api) -> None:
    document = documents.fetch(api)
    kinds = _schemes(document)
    for kind in (*_TOKENS, _KEY):
        expect(kind in kinds.values(), document.exchange, f"{kind} among the security schemes")
    wanted = {"/me": _TOKENS, "/protected": _TOKENS, "/admin": _TOKENS, "/usage": (_KEY,)}
    for route, accepted in wanted.items():
        operation = document.required("GET", route)
        names = {name for each in operation.security for name in each}
        marked = any(kinds.get(name) in accepted for name in names)
        expect(
            marked,
            document.exchange,
            f"GET {route} to ask for {' or '.join(accepted)}",
            f"it asks for {names or 'nothing'}",
        )


_TOKENS = ("an OAuth2 password flow", "HTTP bearer")
_KEY = "an API key in the header X-API-Key"


def _schemes(document: documents.Document) -> dict[str, str]:
    components = document.root.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else None
    kinds = {}
    for name, scheme in found.items() if isinstance(found, dict) else ():
        told = document.resolve(scheme)
        flows = told.get("flows")
        if told.get("type") == "oauth2" and isinstance(flows, dict) and "password" in flows:
            kinds[name] = "an OAuth2 password flow"
        elif told.get("type") == "http" and str(told.get("scheme")).lower() == "bearer":
            kinds[name] = "HTTP bearer"
        elif (told.get("type"), told.get("in"), str(told.get("name")).lower()) == ("apiKey", "header", "x-api-key"):
            kinds[name] = _KEY
    return kinds
