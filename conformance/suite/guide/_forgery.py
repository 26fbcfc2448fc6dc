"""Forged tokens (RFC 7519), each made from one that the target issued: its claims are kept."""

from collections.abc import Iterator
from typing import Any

import jwt

from conformance.checks import CannotTell, expect_status
from conformance.exchange import build
from conformance.properties import Api
from conformance.settings import JWTKey
from conformance.suite import tokens
from conformance.suite.guide import _access
from conformance.suite.tokens import Token

ROUTES = ("/me", "/protected", "/admin")
UNSIGNED = ("none", "None", "NONE", "nOnE")


def issued(api: Api, bearer: _access.Bearer | None = None) -> Token:
    """Take apart a token that the target issued, the user's unless another is given.

    Raises CannotTell where it is no JWT.
    """
    token = tokens.parse((bearer or _access.user(api)).token)
    if token is None:
        raise CannotTell("needs a JWT: the token that POST /token issues is none")
    return token


def resigned(api: Api, claims: dict[str, Any]) -> str:
    """Sign claims with the run's own key, once it is seen that such a token is accepted at all.

    Raises CannotTell where there is no key, or where the target does not accept what it signs.
    """
    key = api.credentials.jwt
    if key is None:
        raise CannotTell("needs credentials.jwt: the secret that signs the target's tokens")
    token = issued(api)
    control = api.get("/me", headers=_access.Bearer(_sign(token, token.claims, key)).headers)
    if control.status != 200:
        raise CannotTell(
            "needs the right credentials.jwt: the target refuses an unchanged token that is signed with it"
        )
    return _sign(token, claims, key)


def signed_with_another_key(api: Api, claims: dict[str, Any]) -> str:
    """Sign claims as the target does, with a key that is not its own."""
    token = issued(api)
    algorithm = token.header.get("alg", "HS256")
    stranger = "another-key-" + api.draws.token("key") * 6
    return jwt.encode(claims, stranger, algorithm=algorithm if str(algorithm).startswith("HS") else "HS256")


def expect_refused(api: Api, forged: list[str], routes: tuple[str, ...] = ROUTES) -> None:
    """Expect a 401 for each token on each route."""
    requests = [build("GET", route, headers=_access.Bearer(token).headers) for token in forged for route in routes]
    for exchange in api.send_all(requests):
        expect_status(exchange, 401)


def changed_signatures(token: Token) -> Iterator[str]:
    """Change every byte of a signature in turn, cut it short, and leave it out."""
    yield from token.with_bytes_changed(range(len(token.signature)))
    yield token.with_signature(token.signature[:-1])
    yield token.with_signature(b"")


def _sign(token: Token, claims: dict[str, Any], key: JWTKey) -> str:
    extra = {name: value for name, value in token.header.items() if name not in ("alg", "typ")}
    return jwt.encode(claims, key.secret, algorithm=key.algorithm, headers=extra or None)
