"""Whether one document keeps what another promises its clients."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.openapi import Contract
from conformance.suite import documents
from conformance.suite.operations import Operation, operations
from conformance.suite.schemas import Schemas

_DEEPEST = 5


def route(operation: Operation) -> tuple[str, str]:
    """Name an operation by its method and its path, whatever its parameters are called."""
    return operation.method, re.sub(r"\{[^}]*\}", "{}", operation.template.rstrip("/") or "/")


def known(promised: Contract, served: Contract, schemas: Schemas) -> dict[tuple[str, str], Operation]:
    """Give the operations of the served document by their routes as the promised one writes them.

    What is the server's path in one may begin the paths of the other.
    """
    before, after = (_base(each) for each in (promised, served))
    found = {}
    for each in operations(schemas):
        method, path = route(each)
        found[method, path] = each
        if f"{after}{path}".startswith(f"{before}/"):
            found.setdefault((method, f"{after}{path}".removeprefix(before)), each)
    return found


def _base(contract: Contract) -> str:
    told = documents.server_path(contract.root)
    return "" if "{" in told else told


def breaks(promised: Contract, served: Contract) -> Iterator[str]:
    """Say what of the promised document the served one takes away, or asks for anew."""
    old, new = Schemas(promised.root), Schemas(served.root)
    there = known(promised, served, new)
    for operation in operations(old):
        found = there.get(route(operation))
        if found is None:
            yield f"{operation.label} is gone"
            continue
        yield from _answers(old, new, operation, found)
        yield from _input(old, new, operation, found)


def _answers(old: Schemas, new: Schemas, before: Operation, after: Operation) -> Iterator[str]:
    for key, response in before.responses.items():
        found = next(filter(None, map(after.responses.get, (key, f"{key[:1]}XX", "default"))), None)
        if found is None and any(_is_within(each, key) for each in after.responses):
            # One document names each status of a range, and the other the range.
            continue
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


def _is_within(status: str, key: str) -> bool:
    return key == "default" or (key.endswith("XX") and status[:1] == key[:1])


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
        asked = _asked(old, new, before.body.schema, after.body.schema, "", 0)
        yield from (f"{before.label}: {name} of the body is newly required" for name in asked)


def _asked(old: Schemas, new: Schemas, before: Any, after: Any, place: str, depth: int) -> Iterator[str]:
    """Name what a value must have now and did not have to have; what is new and free in it may ask for anything."""
    ones, others = list(old.alternatives(before)), list(new.alternatives(after))
    for one in ones:
        # A value of one alternative is a value still where any of the new ones asks for no more.
        more = ([name for name in _required(other) if name not in _required(one)] for other in others)
        anew: list[Any] = min(more, key=len, default=[])
        yield from (f"{place}{name}" for name in anew)
    if depth > _DEEPEST or len(ones) != 1 or len(others) != 1:
        return
    one, other = ones[0], others[0]
    if "items" in one:
        yield from _asked(old, new, one["items"], other.get("items"), place, depth + 1)
    had, properties = one.get("properties"), other.get("properties")
    for name, each in had.items() if isinstance(had, dict) else ():
        if isinstance(properties, dict) and name in properties:
            yield from _asked(old, new, each, properties[name], f"{place}{name}.", depth + 1)


def _required(schema: dict[str, Any]) -> list[Any]:
    found = schema.get("required")
    return found if isinstance(found, list) else []
