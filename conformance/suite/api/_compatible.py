"""Whether one document keeps what another promises its clients."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.openapi import Contract
from conformance.suite.operations import Operation, operations
from conformance.suite.schemas import Schemas

_DEEPEST = 5


def operations_of(contract: Contract) -> list[Operation]:
    """Give the operations of a document."""
    return list(operations(Schemas(contract.root)))


def route(operation: Operation) -> tuple[str, str]:
    """Name an operation by its method and its path, whatever its parameters are called."""
    return operation.method, re.sub(r"\{[^}]*\}", "{}", operation.template.rstrip("/") or "/")


def breaks(promised: Contract, served: Contract) -> Iterator[str]:
    """Say what of the promised document the served one takes away, or asks for anew."""
    old, new = Schemas(promised.root), Schemas(served.root)
    there = {route(each): each for each in operations(new)}
    for operation in operations(old):
        found = there.get(route(operation))
        if found is None:
            yield f"{operation.label} is gone"
            continue
        yield from _answers(old, new, operation, found)
        yield from _input(old, new, operation, found)


def _answers(old: Schemas, new: Schemas, before: Operation, after: Operation) -> Iterator[str]:
    for key, response in before.responses.items():
        found = after.responses.get(key) or after.responses.get(f"{key[:1]}XX")
        if found is None:
            yield f"{before.label}: status {key} is gone"
            continue
        for kind, held in response.content.items():
            media = found.media(str(kind).partition(";")[0].strip().lower())
            if media is None:
                yield f"{before.label}: content type {kind} of {key} is gone"
            elif isinstance(held, dict):
                gone = _gone(old, new, held.get("schema"), media[1].get("schema"), "", 0)
                yield from (f"{before.label}: property {name} of {key} is gone" for name in gone)


def _gone(old: Schemas, new: Schemas, before: Any, after: Any, place: str, depth: int) -> Iterator[str]:
    one, other = next(old.alternatives(before), {}), next(new.alternatives(after), {})
    if depth > _DEEPEST or not other:
        return
    if "items" in one:
        yield from _gone(old, new, one["items"], other.get("items"), place, depth + 1)
    properties, left = one.get("properties"), other.get("properties")
    for name, each in properties.items() if isinstance(properties, dict) else ():
        if not isinstance(left, dict) or name not in left:
            yield f"{place}{name}"
        else:
            yield from _gone(old, new, each, left[name], f"{place}{name}.", depth + 1)


def _input(old: Schemas, new: Schemas, before: Operation, after: Operation) -> Iterator[str]:
    required = {(each.place, each.name.lower()) for each in before.parameters if each.required}
    for each in after.parameters:
        if each.required and each.place != "path" and (each.place, each.name.lower()) not in required:
            yield f"{before.label}: {each.place} parameter {each.name} is newly required"
    if after.body is None:
        return
    if after.body.required and (before.body is None or not before.body.required):
        yield f"{before.label}: a body is newly required"
    if before.body is not None:
        asked = set(old.flat(before.body.schema).get("required") or ())
        for name in new.flat(after.body.schema).get("required") or ():
            if name not in asked:
                yield f"{before.label}: {name} of the body is newly required"
