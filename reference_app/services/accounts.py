"""Who may ask for a token (guide section 13)."""

import secrets
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pydantic import SecretStr

from reference_app.core.config import Settings
from reference_app.core.errors import Unauthenticated

# Argon2 takes 64 MiB and a core for each password: more at once would only be slower.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Account:
    """A user who can log in, with a hash in the password's place."""

    username: str
    password_hash: str
    roles: tuple[str, ...]


class Accounts:
    """The accounts that the settings name; without a password there is no account."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHash.recommended()
        self._limiter = CapacityLimiter(AT_ONCE)
        self._decoy = self._hasher.hash(secrets.token_urlsafe())
        self._accounts: dict[str, Account] = {}
        self._add(settings.user_username, settings.user_password, ())
        self._add(settings.admin_username, settings.admin_password, ("admin",))

    async def authenticate(self, username: str, password: str) -> Account:
        """The account, or `Unauthenticated`, which never tells the name from the password."""
        account = self._accounts.get(username)
        # An unknown name costs a verification too: the time it takes would tell it apart.
        expected = account.password_hash if account else self._decoy
        matches = await to_thread.run_sync(self._hasher.verify, password, expected, limiter=self._limiter)
        if account is None or not matches:
            raise Unauthenticated("Incorrect username or password")
        return account

    def _add(self, username: str, password: SecretStr | None, roles: tuple[str, ...]) -> None:
        if password:
            password_hash = self._hasher.hash(password.get_secret_value())
            self._accounts[username] = Account(username, password_hash, roles)
