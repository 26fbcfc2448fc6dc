"""Guide section 13, whole: tokens are issued to who proves who they are, and forged ones refused."""

import json
import time
from collections.abc import Iterator

from conformance.checks import CannotTell, expect, expect_object, expect_status, expect_value
from conformance.exchange import Exchange, build
from conformance.properties import Api, requirement
from conformance.settings import Account, Settings
from conformance.suite.guide import _access, _forgery
from conformance.watch import held_secrets

_GARBAGE = ["garbage", "a.b.c", "..", "eyJhbGciOiJIUzI1NiJ9.e30.x", "null", "0", "x" * 2000]
# Longer than clocks are let differ by: some libraries let them by five minutes.
_TEN_MINUTES = 600
_HOUR = 3600
_YEAR = 365 * 24 * _HOUR
_BCRYPT = 72
_PAIRS = 4
_WITHOUT_TOKEN = [
    {"Authorization": "Bearer"},
    {"Authorization": ""},
    {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="},
]
# Where a handler may look for who asks.
_CLAIMING_HEADERS = ("X-User-Id", "X-User", "X-Subject")
_CLAIMING_QUERY = ("user_id", "user", "sub")


def _account(api: Api) -> Account:
    if api.credentials.user is None:
        raise CannotTell("needs credentials.user")
    return api.credentials.user


def _everybody(api: Api) -> list[_access.Bearer]:
    return [_access.user(api), *([_access.admin(api)] if api.credentials.admin else [])]


@requirement("token-issued")
def test_the_right_password_gets_a_token(api: Api) -> None:
    exchange = _access.ask_for_token(api, _account(api))

    expect_status(exchange, 200)
    kind = expect_object(exchange).get("token_type")
    expect(isinstance(kind, str) and kind.lower() == "bearer", exchange, "token_type to be bearer", f"it is {kind!r}")
    token = _access.issued_token(exchange)
    expect(token is not None, exchange, "an access_token")
    expect(str(token).count(".") == 2, exchange, "the access_token to be a JWT")
    claims = _forgery.issued(api, _access.Bearer(str(token))).claims
    missing = [name for name in ("sub", "exp", "iss", "aud") if name not in claims]
    expect(not missing, exchange, "a token with sub, exp, iss and aud", f"it lacks {', '.join(missing)}")


@requirement("token-refused")
def test_a_wrong_password_and_an_unknown_user_are_refused_alike(api: Api) -> None:
    account = _account(api)
    wrong = _access.ask_for_token(api, Account(account.username, f"wrong-{api.draws.token()}"))
    unknown = _access.ask_for_token(api, Account(f"nobody-{api.draws.token()}", account.password))
    for exchange in (wrong, unknown):
        expect_status(exchange, 401, 400)
    expect(unknown.status == wrong.status, unknown, f"{wrong.status}, as for a wrong password")
    expect_value(unknown, "detail", expect_object(wrong).get("detail"))
    # Where an account is locked after so many tries, one that succeeds begins their count anew.
    _access.ask_for_token(api, account)
    for near in _near_misses(account, api.credentials.admin):
        # Whether a form asks for a length or a kind of password is its own affair.
        expect_status(_access.ask_for_token(api, near), 401, 400, 422)


def _near_misses(user: Account, admin: Account | None) -> Iterator[Account]:
    """Give accounts whose password is almost right: few for each name, as one may be locked."""
    other = admin or user
    near = [Account(user.username, each) for each in (user.password[:-1], f"{user.password}x")]
    near.append(Account(other.username, other.password.swapcase()))
    near += [Account(admin.username, user.password)] if admin else []
    right = [(account.username, account.password) for account in (user, other)]
    for account in near:
        password = account.password
        # bcrypt may look at so many bytes only, and some APIs take blanks away.
        is_read_whole = password.strip() == password and 0 < len(password.encode()) < _BCRYPT
        if is_read_whole and (account.username, password) not in right:
            yield account


@requirement("token-form-invalid")
def test_a_form_without_a_password_is_invalid(api: Api) -> None:
    for form in ({"username": "somebody"}, {"username": "somebody", "grant_type": "password"}):
        exchange = api.send(build("POST", "/token", form=form))

        expect_status(exchange, 422)


@requirement("token-no-secrets")
def test_a_token_holds_no_secret(api: Api, settings: Settings) -> None:
    tokens = [_forgery.issued(api, bearer) for bearer in _everybody(api)]
    payload = [[token.header, token.claims] for token in tokens]
    held = held_secrets(settings)(json.dumps(payload, ensure_ascii=False), lambda: payload)
    expect(not held, None, "a token without secrets", "its payload holds one of the run's credentials")


@requirement("me-requires-token")
def test_nobody_is_nobody(api: Api) -> None:
    expect_status(api.get("/me"), 401)


@requirement("me-requires-token")
def test_nobody_is_nobody_while_somebody_asks_too(api: Api) -> None:
    both = [build("GET", "/me", headers=_access.bearer_headers(api)), build("GET", "/me")]

    for exchange in api.send_all(both * _PAIRS)[1::2]:
        expect_status(exchange, 401)


@requirement("me-requires-token")
def test_credentials_that_hold_no_token_are_none(api: Api) -> None:
    for exchange in api.send_all([build("GET", "/me", headers=headers) for headers in _WITHOUT_TOKEN]):
        refused = exchange.status is not None and 400 <= exchange.status < 500
        expect(refused, exchange, "a 4xx for a header without a bearer token")


@requirement("me-subject")
def test_the_user_is_the_tokens_subject(api: Api) -> None:
    for bearer in _everybody(api):
        exchange = api.get("/me", headers=bearer.headers)

        expect_status(exchange, 200)
        _expect_subject(api, bearer, exchange)


@requirement("me-subject")
def test_the_user_is_no_other_one_who_asks_too(api: Api) -> None:
    everybody = _everybody(api) * _PAIRS
    exchanges = api.send_all([build("GET", "/me", headers=bearer.headers) for bearer in everybody])
    for bearer, exchange in zip(everybody, exchanges, strict=True):
        _expect_subject(api, bearer, exchange)


@requirement("me-subject")
def test_the_user_is_none_whom_a_request_names(api: Api) -> None:
    bearer = _access.user(api)
    other = api.credentials.admin.username if api.credentials.admin else f"somebody-{api.draws.token()}"
    named = {**dict.fromkeys(_CLAIMING_HEADERS, other), "Cookie": f"user_id={other}; user={other}"}
    asked = [
        build("GET", "/me", headers={**bearer.headers, **named}),
        build("GET", "/me", headers=bearer.headers, query=dict.fromkeys(_CLAIMING_QUERY, other)),
    ]
    for exchange in api.send_all(asked):
        # What a request may hold besides is the target's own affair.
        if exchange.status == 200:
            _expect_subject(api, bearer, exchange)


def _expect_subject(api: Api, bearer: _access.Bearer, exchange: Exchange) -> None:
    subject = _forgery.issued(api, bearer).claims.get("sub")
    found = expect_object(exchange).get("user_id")
    expect(str(found) == str(subject), exchange, f"user_id to be the token's subject, {subject}")


@requirement("jwt-garbage")
def test_text_that_is_no_token_is_refused(api: Api) -> None:
    # What has a part more is no token, whatever the others are.
    _forgery.expect_refused(api, [*_GARBAGE, f"{_access.bearer(api).token}.x"])


@requirement("jwt-tampered")
def test_a_changed_token_is_refused(api: Api) -> None:
    token = _forgery.issued(api)
    # What is kept of a token that was verified must not let in another one.
    api.get("/me", headers=_access.Bearer(token.text).headers)
    claims = [
        {**token.claims, "sub": f"{token.claims.get('sub')}x"},
        {**token.claims, "added": True},
        {**token.claims, "exp": int(time.time()) + 99 * _HOUR},
    ]
    _forgery.expect_refused(api, [token.with_parts(claims=each) for each in claims])
    _forgery.expect_refused(api, list(_forgery.changed_signatures(token)), ("/me",))
    _forgery.expect_refused(api, [token.with_signature(token.signature[::-1])])


@requirement("jwt-alg-none")
def test_an_unsigned_token_is_refused(api: Api) -> None:
    token = _forgery.issued(api)
    headers = [{**token.header, "alg": name} for name in _forgery.UNSIGNED]
    bare = [token.with_parts(header=header, signature=b"") for header in headers]
    # Nor need it name an algorithm to have none.
    nameless = {name: value for name, value in token.header.items() if name != "alg"}
    bare.append(token.with_parts(header=nameless, signature=b""))
    short = [text.removesuffix(".") for text in (bare[0], token.with_parts(signature=b""))]
    _forgery.expect_refused(api, [*bare, *short, *(token.with_parts(header=header) for header in headers)])


@requirement("jwt-expired")
def test_an_expired_token_is_refused(api: Api) -> None:
    now = int(time.time())

    def expired(claims: _forgery.Claims) -> Iterator[_forgery.Claims]:
        for end in (now - _TEN_MINUTES, now - _HOUR, now - 2 * _HOUR, now - 10 * _YEAR, 0):
            yield {**claims, **{name: end - _HOUR for name in ("iat", "nbf") if name in claims and end}, "exp": end}
        # Whoever looks at the age alone takes one that was issued just now for a good one.
        yield {**claims, "exp": now - _HOUR}

    _forgery.expect_claims_refused(api, expired)


@requirement("jwt-no-expiry")
def test_a_token_without_expiry_is_refused(api: Api) -> None:
    _forgery.expect_claims_refused(api, lambda claims: [{key: claims[key] for key in claims if key != "exp"}])


@requirement("jwt-wrong-issuer")
def test_a_token_of_another_issuer_is_refused(api: Api) -> None:
    def foreign(claims: _forgery.Claims) -> Iterator[_forgery.Claims]:
        for issuer in _others(api, str(claims.get("iss", ""))):
            yield {**claims, "iss": issuer}

    _forgery.expect_claims_refused(api, foreign)


@requirement("jwt-wrong-audience")
def test_a_token_for_another_audience_is_refused(api: Api) -> None:
    def foreign(claims: _forgery.Claims) -> Iterator[_forgery.Claims]:
        own = claims.get("aud")
        # An audience may be one text, or a list of several (RFC 7519, section 4.1.3).
        for audience in _others(api, str((own or [""])[0] if isinstance(own, list) else own or "")):
            yield {**claims, "aud": audience}
            yield {**claims, "aud": [audience]}

    _forgery.expect_claims_refused(api, foreign)


def _others(api: Api, right: str) -> list[str]:
    """Give names that are not the right one: some begin or end like it, and one is empty."""
    stranger = f"another-{api.draws.token()}"
    if not right:
        return [stranger]
    return [stranger, "", f"{right}-{stranger}", f"{right}.example", f"{stranger}-{right}", right[:-1], right[1:]]


@requirement("jwt-wrong-key")
def test_a_token_signed_with_another_key_is_refused(api: Api) -> None:
    _forgery.expect_refused(api, _forgery.signed_with_other_keys(api, _forgery.issued(api).claims))
    _forgery.expect_refused(api, list(_forgery.signed_with_known_keys(api)), ("/me",))
