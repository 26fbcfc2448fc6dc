"""Guide section 26: what is secret is never served."""

from conformance.exchange import build
from conformance.properties import Api, requirement
from conformance.settings import Settings
from conformance.suite.guide import _access
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
    for exchange in api.send_all(requests):
        rule(exchange)
