"""Signing keys, tokens and passwords, as far as HTTP does not show them (guide section 13)."""

import base64
import json
import secrets
import stat
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import jwt
import pytest

from reference_app.core.config import Settings
from reference_app.core.errors import Unauthenticated
from reference_app.core.security import Tokens, shared_secret
from reference_app.services.accounts import Accounts

SECRET = secrets.token_urlsafe(48)
PASSWORD = secrets.token_urlsafe()
BASE64 = string.ascii_letters + string.digits + "-_"


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings with a user and an administrator."""
    return make_settings(user_password=PASSWORD, admin_password=PASSWORD)


@pytest.fixture
def tokens(make_settings: Callable[..., Settings]) -> Tokens:
    return Tokens(make_settings(jwt_secret=SECRET))


def test_a_generated_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    shared_secret(tmp_path / "secret")

    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_workers_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as workers:
        found = list(workers.map(shared_secret, [tmp_path / "secret"] * 64))

    assert len(set(found)) == 1


def test_making_a_secret_leaves_no_draft_behind(tmp_path: Path) -> None:
    shared_secret(tmp_path / "secret")

    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_a_token_outlives_a_restart(settings: Settings) -> None:
    token = Tokens(settings).issue("u1", [])

    assert Tokens(settings).verify(token).user_id == "u1"


def test_a_configured_secret_makes_no_file(tmp_path: Path, make_settings: Callable[..., Settings]) -> None:
    Tokens(make_settings(jwt_secret=SECRET))

    assert not (tmp_path / "test.secret").exists()


def test_roles_come_from_the_token(tokens: Tokens) -> None:
    assert tokens.verify(tokens.issue("u1", ["admin"])).roles == {"admin"}


def test_a_signature_with_its_spare_bits_set_is_refused(tokens: Tokens) -> None:
    head, _, signature = tokens.issue("u1", []).rpartition(".")
    twins = [
        signature[:-1] + last
        for last in BASE64
        if last != signature[-1] and _decoded(signature[:-1] + last) == _decoded(signature)
    ]

    assert twins
    for twin in twins:
        with pytest.raises(Unauthenticated):
            tokens.verify(f"{head}.{twin}")


@pytest.mark.parametrize("suffix", ["=", "!", "\n", "é"])
def test_a_signature_with_characters_that_base64_ignores_is_refused(suffix: str, tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify(tokens.issue("u1", []) + suffix)


@pytest.mark.parametrize(
    "claims",
    [{"roles": 3}, {"sub": 3}, {"exp": "soon"}, {"exp": float("inf")}, {"exp": [1]}, {"aud": {}}],
)
def test_a_well_signed_token_of_odd_types_is_refused(claims: dict[str, object], tokens: Tokens) -> None:
    issued = jwt.decode(tokens.issue("u1", []), options={"verify_signature": False})
    odd = jwt.PyJWS().encode(_json(issued | claims), SECRET, "HS256")

    with pytest.raises(Unauthenticated):
        tokens.verify(odd)


def test_passwords_are_hashed_by_argon2(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = _verified_hashes(Accounts(settings), monkeypatch)

    assert hashes("user")[0].startswith("$argon2id$")


def test_an_unknown_user_costs_a_verification_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = _verified_hashes(Accounts(settings), monkeypatch)

    assert len(hashes("nobody")) == 1


@pytest.mark.anyio
async def test_an_unknown_user_and_a_wrong_password_are_told_apart_by_nothing(
    settings: Settings,
) -> None:
    accounts = Accounts(settings)
    errors = []
    for username in ("user", "nobody"):
        with pytest.raises(Unauthenticated) as refused:
            await accounts.authenticate(username, "wrong")
        errors.append((refused.value.status_code, refused.value.detail, refused.value.headers))

    assert errors[0] == errors[1]


@pytest.mark.anyio
async def test_there_is_no_account_without_a_configured_password(
    make_settings: Callable[..., Settings],
) -> None:
    accounts = Accounts(make_settings())

    with pytest.raises(Unauthenticated):
        await accounts.authenticate("user", "")


@pytest.mark.anyio
async def test_only_the_administrator_is_one(settings: Settings) -> None:
    accounts = Accounts(settings)

    roles = [(await accounts.authenticate(name, PASSWORD)).roles for name in ("user", "admin")]

    assert roles == [(), ("admin",)]


def test_settings_do_not_show_their_secrets(make_settings: Callable[..., Settings]) -> None:
    shown = repr(make_settings(jwt_secret=SECRET, user_password=PASSWORD))

    assert not [secret for secret in (SECRET, PASSWORD) if secret in shown]


def _decoded(signature: str) -> bytes:
    return base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))


def _json(claims: dict[str, object]) -> bytes:
    return json.dumps(claims).encode()


def _verified_hashes(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Make a login that fails and answers which hashes were verified for it."""

    def login(username: str) -> list[str]:
        seen: list[str] = []

        def verify(password: str, password_hash: str) -> bool:
            seen.append(password_hash)
            return False

        monkeypatch.setattr(accounts._hasher, "verify", verify)
        with pytest.raises(Unauthenticated):
            anyio.run(accounts.authenticate, username, "wrong")
        return seen

    return login
