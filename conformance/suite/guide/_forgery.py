"""Forged tokens (RFC 7519), each made from one that the target issued: its claims are kept."""

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import jwt
from jwt.utils import base64url_encode

from conformance.checks import CannotTell, expect_status
from conformance.exchange import build
from conformance.properties import Api
from conformance.settings import JWTKey
from conformance.suite import tokens
from conformance.suite.guide import _access
from conformance.suite.tokens import Token

Claims = dict[str, Any]
ROUTES = ("/me", "/protected", "/admin")
UNSIGNED = ("none", "None", "NONE", "nOnE")
# The secrets of tutorials, documentation and templates.
_OF_EXAMPLES = (
    "secret",
    "secret-key",
    "your-secret-key",
    "changeme",
    "change-me",
    "supersecret",
    "dev-secret",
    "your-256-bit-secret",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # pragma: allowlist secret
)


def issued(api: Api, bearer: _access.Bearer | None = None) -> Token:
    """Take apart a token that the target issued, the user's unless another is given.

    Raises CannotTell where it is no JWT.
    """
    token = tokens.parse((bearer or _access.user(api)).token)
    if token is None:
        raise CannotTell("needs a JWT: the token that POST /token issues is none")
    return token


def expect_claims_refused(api: Api, forge: Callable[[Claims], Iterable[Claims]]) -> None:
    """Expect a 401 for well signed tokens whose claims ``forge`` makes from those of an issued one.

    Raises CannotTell where there is no key, or where the target does not accept what it signs.
    """
    expect_refused(api, _resigned(api, forge(issued(api).claims)))
    if api.credentials.admin:
        # Who believes an administrator's claims as they come, on GET /admin, breaks role-not-from-client.
        expect_refused(api, _resigned(api, forge(issued(api, _access.admin(api)).claims)), ("/me", "/protected"))


def _resigned(api: Api, forged: Iterable[Claims]) -> list[str]:
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
    return [_sign(token, claims, key) for claims in forged]


def signed_with_other_keys(api: Api, claims: dict[str, Any]) -> list[str]:
    """Sign claims with keys that are not the target's own, by its algorithm and by others."""
    token = issued(api)
    algorithm = str(token.header.get("alg", "HS256"))
    stranger = "another-key-" + api.draws.token("key") * 6
    secret = JWTKey(stranger, algorithm if algorithm.startswith("HS") else "HS256")
    keys = [secret, *_key_pairs(algorithm)]
    # The empty one is that of a variable that nobody set.
    return [*(_sign(token, claims, key) for key in keys), *_signed_with(b"", token, claims, secret.algorithm)]


def signed_with_known_keys(api: Api) -> Iterator[str]:
    """Sign an issued token's claims with keys that everybody knows: those of examples, and the target's public one.

    Some name the key that they are signed with, as if the target had to believe them.
    """
    token = issued(api)
    algorithm = str(token.header.get("alg", "HS256"))
    by_secret = algorithm if algorithm.startswith("HS") else "HS256"
    for secret in [*_OF_EXAMPLES, *_public_keys(api.credentials.jwt)]:
        yield from _signed_with(secret.encode(), token, token.claims, by_secret)
    own = JWTKey("another-key-" + api.draws.token("key") * 6, by_secret)
    for key in [*_key_pairs(algorithm)] or [own]:
        named = {**token.header, "jwk": _jwk(key)}
        yield _sign(replace(token, header=named), token.claims, key)


def _signed_with(secret: bytes, token: Token, claims: dict[str, Any], algorithm: str) -> Iterator[str]:
    """Sign claims with a secret, unless that is the target's own."""

    def signature(signed: str) -> bytes:
        return hmac.digest(secret, signed.encode(), f"sha{algorithm.removeprefix('HS')}")

    if signature(token.text.rpartition(".")[0]) != token.signature:
        signed = token.with_parts({**token.header, "alg": algorithm}, claims, b"").rpartition(".")[0]
        yield f"{signed}.{base64url_encode(signature(signed)).decode()}"


def _public_keys(key: JWTKey | None) -> Iterator[str]:
    """Give the public key of a private one, as those write it who take it for a secret."""
    if key is None or key.algorithm.startswith("HS"):
        return
    try:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

        public = load_pem_private_key(key.secret.encode(), None).public_key()
    except (ImportError, ValueError, TypeError):
        return
    text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    yield from (text, text.strip())


def _jwk(key: JWTKey) -> dict[str, Any]:
    """Describe a key as RFC 7517 does: of a pair the public one."""
    algorithm: Any = jwt.get_algorithm_by_name(key.algorithm)
    prepared = algorithm.prepare_key(key.secret)
    shown = prepared if isinstance(prepared, bytes) else prepared.public_key()
    found: dict[str, Any] = algorithm.to_jwk(shown, as_dict=True)
    return found


def _key_pairs(algorithm: str) -> Iterator[JWTKey]:
    """Make a new private key of the kind that an algorithm asks for, where it asks for one."""
    if algorithm.startswith("HS"):
        return
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    except ImportError:
        return
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    made: Any
    if algorithm in curves:
        made = ec.generate_private_key(curves[algorithm])
    elif algorithm[:2] in ("RS", "PS"):
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    elif algorithm == "EdDSA":
        made = ed25519.Ed25519PrivateKey.generate()
    else:
        return
    yield JWTKey(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), algorithm)


def expect_refused(api: Api, forged: list[str], routes: tuple[str, ...] = ROUTES) -> None:
    """Expect a 401 for each token on each route."""
    requests = [build("GET", route, headers=_access.Bearer(token).headers) for token in forged for route in routes]
    for exchange in api.send_all(requests):
        expect_status(exchange, 401)


def changed_signatures(token: Token) -> Iterator[str]:
    """Change every byte of a signature in turn, cut it short, put more behind it, and leave it out."""
    yield from token.with_bytes_changed(range(len(token.signature)))
    yield token.with_signature(token.signature[:-1])
    yield token.with_signature(token.signature + token.signature[:3])
    yield token.with_signature(b"")


def _sign(token: Token, claims: dict[str, Any], key: JWTKey) -> str:
    extra = {name: value for name, value in token.header.items() if name != "alg"}
    try:
        return jwt.encode(claims, key.secret, algorithm=key.algorithm, headers=extra or None)
    except NotImplementedError:
        raise CannotTell(f"needs cryptography to sign by {key.algorithm}: install fastapi-conformance[full]") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise CannotTell(f"needs a credentials.jwt.secret that signs by {key.algorithm}") from None
