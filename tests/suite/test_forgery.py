"""Tokens are forged by the algorithm that a target signs with, and what cannot sign is said."""

import hmac

import jwt
import pytest
from jwt.utils import base64url_decode

from conformance.checks import CannotTell
from conformance.settings import JWTKey
from conformance.suite import tokens
from conformance.suite.guide import _forgery
from conformance.suite.tokens import Token

CLAIMS = {"sub": "1001"}
TOKEN = Token("", {"alg": "HS256", "typ": "at+jwt", "kid": "1"}, CLAIMS, b"")


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "ES512", "EdDSA"])
def test_another_key_is_of_the_kind_that_the_algorithm_asks_for(algorithm: str) -> None:
    (key,) = _forgery._key_pairs(algorithm)

    forged = _forgery._sign(TOKEN, CLAIMS, key)

    assert jwt.get_unverified_header(forged)["alg"] == algorithm


@pytest.mark.parametrize("algorithm", ["HS256", "none", "unheard of"])
def test_where_there_are_no_key_pairs_none_is_made(algorithm: str) -> None:
    assert list(_forgery._key_pairs(algorithm)) == []


def test_a_forged_token_keeps_its_type_and_the_name_of_its_key() -> None:
    forged = _forgery._sign(TOKEN, CLAIMS, JWTKey("s" * 32))

    assert jwt.get_unverified_header(forged) == TOKEN.header


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_an_empty_secret_signs_too(algorithm: str) -> None:
    (forged,) = _forgery._signed_with(b"", TOKEN, CLAIMS, algorithm)

    signed, _, signature = forged.rpartition(".")
    assert jwt.get_unverified_header(forged) == {**TOKEN.header, "alg": algorithm}
    assert base64url_decode(signature) == hmac.digest(b"", signed.encode(), f"sha{algorithm[2:]}")


def test_an_empty_secret_is_no_other_key_to_a_target_whose_own_it_is() -> None:
    (text,) = _forgery._signed_with(b"", TOKEN, CLAIMS, "HS256")
    own = tokens.parse(text)

    assert own is not None
    assert list(_forgery._signed_with(b"", own, {"sub": "1002"}, "HS256")) == []


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "unheard of"])
def test_a_secret_that_cannot_sign_cannot_tell(algorithm: str) -> None:
    with pytest.raises(CannotTell, match=algorithm):
        _forgery._sign(TOKEN, CLAIMS, JWTKey("no key of that kind", algorithm))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_may_name_the_key_that_it_is_signed_with(algorithm: str) -> None:
    (key,) = _forgery._key_pairs(algorithm)
    named = _forgery._jwk(key)

    forged = _forgery._sign(Token("", {"alg": algorithm, "jwk": named}, CLAIMS, b""), CLAIMS, key)

    assert "d" not in named
    assert jwt.decode(forged, jwt.PyJWK(jwt.get_unverified_header(forged)["jwk"])) == CLAIMS


def test_a_public_key_is_written_as_those_do_who_take_it_for_a_secret() -> None:
    (pair,) = _forgery._key_pairs("RS256")

    assert all(text.startswith("-----BEGIN PUBLIC KEY-----") for text in _forgery._public_keys(pair))
    assert len(list(_forgery._public_keys(pair))) == 2


@pytest.mark.parametrize("key", [None, JWTKey("s" * 32), JWTKey("no key", "RS256")])
def test_where_there_is_no_key_pair_there_is_no_public_key(key: JWTKey | None) -> None:
    assert list(_forgery._public_keys(key)) == []
