"""What a run leaves alone of itself: the session and the account by which it asks."""

import re
from dataclasses import replace
from typing import Any

from conformance.suite.operations import Operation
from conformance.suite.schemas import Schemas

REASON = "it would end the run's own session, or change its account"
_ENDS = re.compile(r"(log|sign)[-_]?(out|off)|revoke|(change|reset|update|set)?[-_]?password", re.IGNORECASE)
_OWN = ("me", "self", "myself", "account", "profile", "user")
_SESSIONS = ("session", "sessions", "token", "tokens", "current")
_NAMES = re.compile(r"(new_?)?(password|email|username|login)", re.IGNORECASE)


def left_alone(operation: Operation) -> bool:
    """Tell whether an operation is not asked as the run itself, since later requests would be refused."""
    if operation.is_open or operation.path_parameters:
        return False
    last = operation.template.rstrip("/").rpartition("/")[2]
    if operation.method == "DELETE":
        return last.lower() in (*_OWN, *_SESSIONS) or _ENDS.search(last) is not None
    return _ENDS.fullmatch(last) is not None or _changes_account(operation)


def without_credentials(operation: Operation, schemas: Schemas) -> Operation:
    """Give an operation that changes the run's own account without what it logs in by, where that may be left out."""
    body = operation.body
    if body is None or operation.is_open or operation.path_parameters or operation.method not in ("PUT", "PATCH"):
        return operation
    flat = next(schemas.alternatives(body.schema), {})
    properties = flat.get("properties")
    named = {name for name in properties if _NAMES.fullmatch(str(name))} if isinstance(properties, dict) else set()
    last = operation.template.rstrip("/").rpartition("/")[2].lower()
    if not named or (last not in _OWN and not any("password" in name.lower() for name in named)):
        return operation
    left: dict[str, Any] = {name: each for name, each in flat["properties"].items() if name not in named}
    lessened = replace(body, schema={**flat, "properties": left}, examples=())
    return replace(operation, body=None if not left or named & set(flat.get("required") or ()) else lessened)


def _changes_account(operation: Operation) -> bool:
    """Tell whether what an operation changes of the run's account may not be left out."""
    return operation.method in ("PUT", "PATCH") and operation.body is None and "requestBody" in operation.definition
