"""Who the run is to the target: credentials for the security schemes that a document declares."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.exchange import build
from conformance.properties import Api
from conformance.settings import Account
from conformance.suite.api._requests import Credential
from conformance.suite.operations import Operation, below, operations
from conformance.suite.schemas import Schemas

# A token that ends sooner than this is fetched anew before it is used.
_SPARE_SECONDS = 15.0
_NAMES_OF_TOKENS = ("access_token", "token", "access", "accessToken", "jwt")
_NAMES_OF_USERS = ("username", "email", "user", "login")


@dataclass(frozen=True)
class Identity:
    """Somebody as whom the run can act, with one credential for each scheme that it can satisfy."""

    name: str
    by_scheme: dict[str, Credential]
    token: str | None = None
    # FastAPI documents dependencies that each ask for a credential as if one of them were enough.
    together: bool = False

    def of(self, operation: Operation) -> Credential | None:
        """Give what satisfies one of an operation's alternatives, or all together; None where nothing does."""
        ways = [each for each in operation.security if each and all(scheme in self.by_scheme for scheme in each)]
        if len(ways) < (2 if self.together else 1):
            return None
        found = Credential()
        for scheme in (scheme for way in (ways if self.together else ways[:1]) for scheme in way):
            found |= self.by_scheme[scheme]
        return found


class Access:
    """The run's identities under the schemes of one document."""

    def __init__(self, api: Api, schemas: Schemas, prefix: str, base: str = "") -> None:
        self.api = api
        self.schemas = schemas
        self.prefix = prefix
        self.base = base
        self.schemes = _schemes(schemas)
        self.refused: list[str] = []
        self._made = 0.0
        self._lasts = float("inf")
        self._identities: list[Identity] = []
        # Who asks for an operation, by name: tokens are fetched anew.
        self._acting: dict[str, str] = {}
        # The one operation that is asked with a real name and a wrong password.
        self._guessed = ""

    @property
    def identities(self) -> list[Identity]:
        """Everybody as whom the run can act; tokens that are about to end are fetched anew."""
        if not self._made or time.monotonic() > self._made + self._lasts - _SPARE_SECONDS:
            self._made = time.monotonic()
            alone = [each for each in self._log_in() if each.by_scheme]
            self._identities = alone + [replace(each, name=f"{each.name}, by all", together=True) for each in alone]
        return self._identities

    def credential(self, operation: Operation) -> Credential | None:
        """Give the credential with which an operation is asked, None where the run has none for it."""
        identity = self.identity(operation)
        return identity.of(operation) if identity else None

    def identity(self, operation: Operation) -> Identity | None:
        """Give who asks for an operation: the first who can, or who was found to be let in."""
        chosen = self._acting.get(operation.label)
        return next((each for each in self._able(operation) if chosen in (None, each.name)), None)

    def let_the_next_ask(self, operation: Operation) -> bool:
        """Let the next identity ask for an operation, since one was not allowed to; False where there is none."""
        names = [each.name for each in self._able(operation)]
        used = self._acting.get(operation.label) or next(iter(names), "")
        following = names[names.index(used) + 1 :] if used in names else []
        if following:
            self._acting[operation.label] = following[0]
        return bool(following)

    def _able(self, operation: Operation) -> list[Identity]:
        if not operation.security:
            return []
        return [each for each in self.identities if each.of(operation) is not None]

    def made_up(self, operation: Operation) -> Iterator[tuple[str, Credential]]:
        """Give credentials that nobody issued, for each scheme of an operation."""
        text = f"made-up-{self.api.draws.token('garbage')}"
        for scheme, beside in self._schemes_of(operation):
            definition = self.schemes.get(scheme, {})
            found = _present(definition, text, Account(text, text), text)
            if found is not None:
                yield scheme, beside | found
            user = self.api.credentials.user
            if user and _is_basic(definition) and self._guessed in ("", operation.label):
                # One wrong password locks no account, and many may.
                self._guessed = operation.label
                yield f"{scheme}, with the user's name", beside | _basic(Account(user.username, text))

    def bearing(self, operation: Operation, token: str) -> Credential | None:
        """Present a token by the first scheme of an operation that takes one."""
        for scheme, beside in self._schemes_of(operation):
            definition = self.schemes.get(scheme, {})
            found = _present(definition, token, None, None) if _takes_tokens(definition) else None
            if found is not None:
                return beside | found
        return None

    def _schemes_of(self, operation: Operation) -> Iterator[tuple[str, Credential]]:
        """Give each scheme of an operation with what is right of those that are asked for beside it."""
        identity, told = self.identity(operation), set()
        right = identity.by_scheme if identity else {}
        for alternative in operation.security:
            for scheme in (each for each in alternative if each not in told):
                told.add(scheme)
                beside = Credential()
                for other in alternative:
                    beside |= right.get(other, Credential()) if other != scheme else Credential()
                yield scheme, beside

    def _log_in(self) -> Iterator[Identity]:
        told = self.api.credentials
        if told.bearer or told.api_key or told.user:
            yield self._identity("user", told.user, told.bearer)
        if told.admin:
            yield self._identity("admin", told.admin, None)

    def _identity(self, name: str, account: Account | None, configured: str | None) -> Identity:
        token = self._token(account) if account else None
        token = token or configured
        found = {}
        for scheme, definition in self.schemes.items():
            credential = _present(definition, token, account, self.api.credentials.api_key)
            if credential is not None:
                found[scheme] = credential
        return Identity(name, found, token)

    def _token(self, account: Account) -> str | None:
        if not any(_takes_tokens(definition) for definition in self.schemes.values()):
            return None
        for path, scopes, field in self._token_routes():
            form = {"grant_type": "password", field: account.username, "password": account.password}
            tries = [{**form, "scope": " ".join(scopes)}, form] if scopes else [form]
            for fields in tries:
                exchange = self.api.send(build("POST", path, form=fields))
                if exchange.status in (400, 415, 422) and not scopes:
                    exchange = self.api.send(
                        build("POST", path, json={field: fields[field], "password": account.password})
                    )
                token, lasts = _issued(exchange.value)
                if token is not None:
                    self._lasts = min(self._lasts, lasts)
                    return token
            self.refused.append(f"POST {path} issues no token for {account.username}")
        return None

    def _token_routes(self) -> Iterator[tuple[str, list[str], str]]:
        """Give the paths that may issue tokens: those the document names, then those that look like it."""
        seen = set()
        for definition in self.schemes.values():
            flows = definition.get("flows")
            flow = flows.get("password") if isinstance(flows, dict) else None
            path = (
                _path_of(str(flow.get("tokenUrl", "")), self.prefix, self.api.client.base_url)
                if isinstance(flow, dict)
                else None
            )
            if path and path not in seen:
                seen.add(path)
                scopes = flow.get("scopes") if isinstance(flow, dict) else None
                yield path, list(scopes) if isinstance(scopes, dict) else [], "username"
        for operation in operations(self.schemas) if not seen else ():
            field = self._login_field(operation)
            if field:
                yield self.prefix + below(operation.template, self.base), [], field

    def _login_field(self, operation: Operation) -> str | None:
        if operation.method != "POST" or operation.body is None or operation.path_parameters:
            return None
        last = operation.template.rstrip("/").rpartition("/")[2].lower()
        properties = self.schemas.flat(operation.body.schema).get("properties")
        if not any(word in last for word in ("token", "login", "signin", "session")) or not isinstance(
            properties, dict
        ):
            return None
        return next((name for name in _NAMES_OF_USERS if name in properties and "password" in properties), None)


def _schemes(schemas: Schemas) -> dict[str, dict[str, Any]]:
    components = schemas.root.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else None
    return {str(name): schemas.follow(each) for name, each in found.items()} if isinstance(found, dict) else {}


def _takes_tokens(definition: dict[str, Any]) -> bool:
    kind = definition.get("type")
    return kind in ("oauth2", "openIdConnect") or (
        kind == "http" and str(definition.get("scheme", "")).lower() == "bearer"
    )


def _is_basic(definition: dict[str, Any]) -> bool:
    return definition.get("type") == "http" and str(definition.get("scheme", "")).lower() == "basic"


def _basic(account: Account) -> Credential:
    return Credential(headers={"Authorization": f"Basic {account.pair}"})


def _present(
    definition: dict[str, Any], token: str | None, account: Account | None, api_key: str | None
) -> Credential | None:
    """Present what a security scheme asks for (OpenAPI, Security Scheme Object), None where it is not known."""
    if _takes_tokens(definition):
        return Credential(headers={"Authorization": f"Bearer {token}"}) if token else None
    if _is_basic(definition) and account:
        return _basic(account)
    if definition.get("type") == "apiKey":
        name, place = str(definition.get("name", "")), definition.get("in")
        if place == "header" and name.lower() == "authorization" and token:
            prefix = re.search(r"prefix\W+(\w+)", str(definition.get("description", "")), re.IGNORECASE)
            return Credential(headers={name: f"{prefix[1] if prefix else 'Bearer'} {token}"})
        if api_key and name and place in ("header", "query", "cookie"):
            given = {name: api_key}
            return {
                "header": Credential(headers=given),
                "query": Credential(query=given),
                "cookie": Credential(cookies=given),
            }[str(place)]
    return None


def _path_of(url: str, prefix: str, base_url: str) -> str | None:
    """Give a token's address as a path below the base URL; credentials go to no other host."""
    base, told = urlsplit(base_url), urlsplit(url)
    if not url or (told.netloc and told.netloc != base.netloc):
        return None
    if url.startswith("/") or told.netloc:
        return told.path.removeprefix(base.path.rstrip("/"))
    return urlsplit(urljoin(f"http://host{prefix}/", url)).path


def _issued(value: Any) -> tuple[str | None, float]:
    told = value if isinstance(value, dict) else {}
    found = next((told[name] for name in _NAMES_OF_TOKENS if told.get(name)), None)
    if not (isinstance(found, str) and found.isascii() and found.isprintable()):
        return None, 0.0
    lasts = told.get("expires_in")
    return found, float(lasts) if isinstance(lasts, (int, float)) and lasts > 0 else _lifetime(found)


def _lifetime(token: str) -> float:
    """Say for how many seconds from now a token is good, by its own ``exp`` (RFC 7519, section 4.1.4)."""
    import jwt

    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return max(float(claims["exp"]) - time.time(), 0.0)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        return float("inf")
