"""Who may call what: without, with wrong, and with right credentials."""

from conformance.checks import Mismatch
from conformance.properties import Api, requirement, shared
from conformance.settings import Settings
from conformance.suite.api._findings import Finding, each_operation
from conformance.suite.api._probes import LIMITED, Closed, bears, closed
from conformance.suite.api._survey import Seen, Survey
from conformance.suite.operations import Operation

pytestmark = shared

_NOTHING = "no operation declares security"
_NO_CREDENTIALS = "needs credentials for {}: name them in the configuration under [credentials]"


def _judge(api: Api, settings: Settings, kind: str, nothing: str = _NOTHING) -> None:
    def judge(found: Survey, operation: Operation) -> Finding | None:
        if operation.is_open:
            return None
        tried = [each for each in closed(found) if each.operation is operation and each.kind == kind]
        return _refused(found, operation, tried, kind)

    each_operation(api, settings, judge, nothing)


def _refused(found: Survey, operation: Operation, tried: list[Closed], kind: str) -> Finding | None:
    if kind == "api-auth-tampered" and found.access.credential(operation) is not None and not bears(found, operation):
        return None
    if kind != "api-auth-required" and not _is_let_in(found, operation):
        # Whether wrong credentials are told from right ones is seen only where right ones are known.
        return Finding(operation.label, untold=_missing(found, operation))
    verified = False
    for each in tried:
        status = each.seen.exchange.status
        if each.seen.succeeded or (status is not None and 300 <= status < 400 and not _to_a_login(each.seen)):
            expected = f"401 or 403 {each.how} (document: {operation.pointer}/security)"
            return Finding(operation.label, Mismatch(each.seen.exchange, expected, f"it is {status}"))
        verified = verified or status in (401, 403)
        if status not in (None, 401, 403, 429) and _is_let_in(found, operation):
            expected = (
                f"401 or 403 {each.how}, before anything else is looked at (document: {operation.pointer}/security)"
            )
            return Finding(operation.label, Mismatch(each.seen.exchange, expected, f"it is {status}"))
    if verified:
        return Finding(operation.label)
    return Finding(operation.label, untold=_why_never_refused(tried))


def _why_never_refused(tried: list[Closed]) -> str:
    """Tell what stood in the way of a refusal."""
    statuses = sorted({each.seen.exchange.status or 0 for each in tried})
    if 429 in statuses:
        return LIMITED
    told = ", ".join(map(str, filter(None, statuses))) or "nothing"
    return f"it answers {told}, which is no answer to who asks"


def _is_let_in(found: Survey, operation: Operation) -> bool:
    """Tell whether the run's credentials are accepted for an operation with the values that it is asked with."""
    return found.access.credential(operation) is not None and operation.label in found.accepted


def _missing(found: Survey, operation: Operation) -> str:
    if found.access.credential(operation) is None:
        schemes = dict.fromkeys(name for alternative in operation.security for name in alternative)
        return found.access.refused[0] if found.access.refused else _NO_CREDENTIALS.format(", ".join(schemes))
    return found.unfilled.get(operation.label) or "it was never seen to accept the run's own credentials"


def _to_a_login(seen: Seen) -> bool:
    """Tell whether a browser is sent to log in."""
    location = (seen.exchange.answer.header("location") or "").lower() if seen.exchange.answer else ""
    return any(word in location for word in ("login", "signin", "auth"))


@requirement("api-auth-required")
def test_a_secured_operation_is_closed(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-auth-required")


@requirement("api-auth-garbage")
def test_made_up_credentials_are_refused(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-auth-garbage")


@requirement("api-auth-tampered")
def test_a_tampered_token_is_refused(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-auth-tampered", "no operation is asked with a JWT")


@requirement("api-auth-accepted")
def test_the_runs_credentials_are_accepted(api: Api, settings: Settings) -> None:
    def judge(found: Survey, operation: Operation) -> Finding | None:
        if operation.is_open:
            return None
        closed(found)
        if found.access.credential(operation) is None:
            return Finding(operation.label, untold=_missing(found, operation))
        tried = found.of(operation, "valid", "state")
        refused = [each for each in tried if each.exchange.status in (401, 403)]
        told = [each for each in tried if each.exchange.status not in (None, 401, 403, 429)]
        if told or not refused:
            return Finding(operation.label, untold="" if told else "it gave no answer to judge")
        if refused[0].exchange.status == 403 and _may_be_of_others(found, operation, refused):
            return Finding(operation.label, untold="403: the run has made nothing that is its own to ask for here")
        if refused[0].exchange.status == 403 and _may_be_another_role(found, operation):
            return Finding(operation.label, untold="403: these credentials may lack the role; name credentials.admin")
        expected = f"neither 401 nor 403 with the run's credentials (document: {operation.pointer}/security)"
        return Finding(operation.label, Mismatch(refused[0].exchange, expected, f"it is {refused[0].exchange.status}"))

    each_operation(api, settings, judge, _NOTHING)


def _may_be_of_others(found: Survey, operation: Operation, refused: list[Seen]) -> bool:
    """Tell whether a thing was asked for that may be somebody else's: a user may see who they are and nobody else."""
    if not operation.path_parameters or any(each.origin == "state" for each in refused):
        return False
    own = list(found.pool.bindings(operation, own=True))
    return not any(each.values.bound() in own for each in refused if each.values is not None)


def _may_be_another_role(found: Survey, operation: Operation) -> bool:
    """Tell whether a right user is rightly forbidden: a role that the run has nobody for, or a thing of others."""
    schemes = {name for alternative in operation.security for name in alternative}
    keys_only = all(found.access.schemes.get(name, {}).get("type") == "apiKey" for name in schemes)
    if found.api.credentials.admin is not None or keys_only:
        return False
    described = f"{operation.label} {operation.id} {operation.tags} {operation.security}".lower()
    of_others = bool(operation.path_parameters) and operation.method != "GET"
    return (
        "403" in operation.responses or of_others or any(word in described for word in ("admin", "staff", "superuser"))
    )
