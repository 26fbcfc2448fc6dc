"""How tests come by credentials: configured ones, issued ones, or made-up text."""

import weakref
from dataclasses import dataclass

from conformance.checks import CannotTell
from conformance.client import Client
from conformance.exchange import Exchange, build
from conformance.properties import Api
from conformance.settings import Account


@dataclass(frozen=True)
class Bearer:
    """A bearer token, and whether it was made up because the run has none."""

    token: str
    made_up: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The header that presents it (RFC 6750, section 2.1)."""
        return {"Authorization": f"Bearer {self.token}"}


_ISSUED: "weakref.WeakKeyDictionary[Client, dict[str, str]]" = weakref.WeakKeyDictionary()


def bearer(api: Api) -> Bearer:
    """Give the run's bearer credentials: the configured token, an issued one, or made-up text.

    The full profile asks that tokens be issued, so there a configured one is the last resort.
    """
    configured, account = api.credentials.bearer, api.credentials.user
    if configured and api.profile == "core":
        return Bearer(configured)
    token = _issue(api, account) if account else None
    if token or configured:
        return Bearer(token or configured or "")
    return Bearer(f"made-up-{api.draws.token('bearer')}", made_up=True)


def bearer_headers(api: Api) -> dict[str, str]:
    """Give the header that presents the run's bearer credentials."""
    return bearer(api).headers


def user(api: Api) -> Bearer:
    """Give a token issued to the run's user.

    Raises CannotTell where there is none.
    """
    return _of(api, api.credentials.user, "user")


def admin(api: Api) -> Bearer:
    """Give a token issued to the run's administrator.

    Raises CannotTell where there is none.
    """
    return _of(api, api.credentials.admin, "admin")


def _of(api: Api, account: Account | None, name: str) -> Bearer:
    if account is None:
        raise CannotTell(f"needs credentials.{name}")
    token = _issue(api, account)
    if token is None:
        raise CannotTell(f"needs a token: POST /token issues none for credentials.{name}")
    return Bearer(token)


def _issue(api: Api, account: Account) -> str | None:
    kept = _ISSUED.setdefault(api.client, {})
    if account.username not in kept or api.confirming:
        token = issued_token(ask_for_token(api, account))
        if token is None:
            return None
        kept[account.username] = token
    return kept[account.username]


def ask_for_token(api: Api, account: Account, **more: str) -> Exchange:
    """Ask for a token by the password flow (RFC 6749, section 4.3)."""
    form = {"grant_type": "password", "username": account.username, "password": account.password, **more}
    return api.send(build("POST", "/token", form=form))


def issued_token(exchange: Exchange) -> str | None:
    """Give the access token that an answer holds, None where it holds none."""
    value = exchange.value if exchange.status == 200 else None
    token = value.get("access_token") if isinstance(value, dict) else None
    return token if isinstance(token, str) and token.isascii() and token.isprintable() else None


def admit(exchange: Exchange, used: Bearer) -> None:
    """Give up where made-up credentials were refused: whether real ones are accepted cannot be told.

    Raises CannotTell.
    """
    if used.made_up and exchange.status in (401, 403):
        raise CannotTell("needs credentials: the target refuses made-up ones, and the run has no others")
