"""Passwords and tokens (guide section 13)."""

import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import structlog
from jwt.utils import base64url_decode, base64url_encode

from reference_app.core.config import Settings
from reference_app.core.errors import Unauthenticated
from reference_app.models.schemas import CurrentUser

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iss", "aud", "sub"]

log = structlog.get_logger()


class Tokens:
    """Issues and verifies access tokens. They are signed, not encrypted: no secrets in them."""

    def __init__(self, settings: Settings) -> None:
        self._key = _signing_key(settings)
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        self._lifetime = timedelta(seconds=settings.jwt_lifetime)

    def issue(self, subject: str, roles: Sequence[str]) -> str:
        """Sign a token for an account."""
        now = datetime.now(UTC)
        claims = {
            "sub": subject,
            "roles": list(roles),
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + self._lifetime,
        }
        return jwt.encode(claims, self._key, ALGORITHM)

    def verify(self, token: str) -> CurrentUser:
        """Whoever the token names, or `Unauthenticated` for whatever reason."""
        try:
            _refuse_second_spellings(token)
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": REQUIRED_CLAIMS},
            )
            return CurrentUser(user_id=claims["sub"], roles=claims.get("roles", ()))
        # Beside its own errors PyJWT lets through what a claim of an odd type runs into.
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
            raise Unauthenticated("Invalid token") from None


def shared_secret(file: Path) -> str:
    """The secret in `file`, made by whichever worker looks first and read by all."""
    if not file.exists():
        descriptor, draft = tempfile.mkstemp(dir=file.parent)  # only its owner may read it
        with os.fdopen(descriptor, "w") as draft_file:
            draft_file.write(secrets.token_urlsafe(48))
        # A link is made at once or not at all, so that no worker reads half a secret.
        with suppress(FileExistsError):
            os.link(draft, file)
        Path(draft).unlink()
    return file.read_text()


def _signing_key(settings: Settings) -> str:
    if settings.jwt_secret:
        return settings.jwt_secret.get_secret_value()
    log.warning("JWT_SECRET is not set, using a generated one", file=str(settings.secret_file))
    return shared_secret(settings.secret_file)


def _refuse_second_spellings(token: str) -> None:
    # Base64 ignores the last character's spare bits and any character it does not know, so that
    # many texts decode to one signature. Only the canonical one is the token that was issued.
    signature = token.rpartition(".")[2].encode()
    if base64url_encode(base64url_decode(signature)) != signature:
        raise jwt.InvalidSignatureError
