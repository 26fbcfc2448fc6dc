"""Guide section 26: what is secret is never served."""

from conformance.exchange import Request, build
from conformance.properties import Api, requirement
from conformance.settings import Account, Settings
from conformance.suite.guide import _access, _varied
from conformance.watch import no_secret

# Where secrets are served by accident.
_PATHS = [
    "/",
    "/health",
    "/openapi.json",
    "/docs",
    "/metrics",
    "/.env",
    "/env",
    "/config",
    "/settings",
    "/debug",
    "/info",
    "/items",
    "/events",
    "/no-such-path",
    "/users/seven",
]


@requirement("nothing-secret-served")
def test_no_answer_holds_a_secret(api: Api, settings: Settings) -> None:
    rule = no_secret(settings)
    bearer = _access.bearer_headers(api)
    requests = [build("GET", path, headers=headers) for path in _PATHS for headers in (None, bearer)]
    requests += [build("GET", path, headers=bearer) for path in ("/me", "/protected", "/admin", "/usage")]
    for exchange in api.send_all([*requests, *_varied.requests(api), *_known(api)]):
        rule(exchange)
    # Where an account is locked after so many tries, one that succeeds begins their count anew.
    for account in _accounts(api):
        _access.ask_for_token(api, account)


def _accounts(api: Api) -> list[Account]:
    return [account for account in (api.credentials.user, api.credentials.admin) if account]


def _known(api: Api) -> list[Request]:
    """Ask for what only those are told who are known, and for what speaks with somebody else."""
    credentials = api.credentials
    asked = [
        build("POST", "/ask", json={"question": "What do you know?"}),
        build("POST", "/translate", json={"text": "hello", "target_lang": "en"}),
        build("POST", "/items", json={"name": "secret", "price": 1.5}),
        build("POST", "/users", json={"email": "known@example.com", "age": 30}),
        build("POST", "/upload", files={"file": ("a.bin", b"a", "application/octet-stream")}),
        build("POST", "/events"),
    ]
    if credentials.api_key:
        asked.append(build("GET", "/usage", headers={"X-API-Key": credentials.api_key}))
    if credentials.admin:
        asked.append(build("GET", "/admin", headers=_access.admin(api).headers))
    # What is said of a wrong password must not be the right one.
    for account in _accounts(api):
        form = {"grant_type": "password", "username": account.username, "password": f"wrong-{api.draws.token()}"}
        asked.append(build("POST", "/token", form=form))
    return asked
