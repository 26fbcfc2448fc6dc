"""Valid values from the edges of schemas: bounds, lengths, every choice, and what may be left out."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from conformance.suite.api._requests import OMITTED, Values, as_json, plain
from conformance.suite.api._samples import Sampler, Unsampled, bounds, kind_of
from conformance.suite.operations import Operation
from conformance.suite.schemas import Schemas

_LONGEST = 2000
_MOST_CHOICES = 6
_DEEPEST = 3
_SHORT = 4
# Of ASCII's letters there are too few for a short text: the ideographs of Unicode's CJK block.
_FIRST_OF_MANY, _MANY = 0x4E00, 20_000
# Other characters have no one way to be written in a header or a cookie (RFC 9110, section 5.5).
_UNCHANGED = re.compile(r"[\w.~-]*", re.ASCII)
_TEXTS = ("Ünïcödé 漢字 🚀", "漢字", "é")


def edges(operation: Operation, valid: Values, sampler: Sampler) -> Iterator[Values]:
    """Give valid values with one part at an edge of what its schema accepts."""
    for parameter in operation.parameters:
        place, name = parameter.place, parameter.name
        if place == "path" or parameter.is_json:
            continue
        if not parameter.required and (place, name) in valid.parameters:
            yield valid.but(place, name, OMITTED)
        for value in _of_schema(parameter.schema, sampler):
            if value is not None and not isinstance(value, (list, dict)) and _can_be_written(place, plain(value)):
                yield valid.but(place, name, value)
    if operation.body is None or not isinstance(valid.body, dict):
        return
    yield from variants(operation, valid, sampler)
    is_json = "json" in operation.body.media_type
    for body in _of_object(operation.body.schema, valid.body, sampler, 0 if is_json else _DEEPEST, is_json=is_json):
        if sampler.schemas.accepts(operation.body.schema, as_json(body), "request"):
            yield replace(valid, body=body)


def _of_object(
    schema: Any, valid: dict[str, Any], sampler: Sampler, depth: int, *, is_json: bool = True
) -> Iterator[dict[str, Any]]:
    """Give an object with one property at an edge, those of the objects within it last."""
    flat = next(sampler.schemas.alternatives(schema), {})
    properties, required = flat.get("properties"), flat.get("required")
    told = properties.items() if isinstance(properties, dict) else ()
    for name, each in told:
        rest = {key: held for key, held in valid.items() if key != name}
        if name in valid and name not in (required or ()):
            yield rest
        for value in _of_schema(each, sampler):
            if is_json or (value is not None and value != ""):
                yield {**rest, name: value}
    for name, each in told if depth < _DEEPEST else ():
        if isinstance(valid.get(name), dict):
            yield from ({**valid, name: held} for held in _of_object(each, valid[name], sampler, depth + 1))


def _can_be_written(place: str, text: str) -> bool:
    fits = place not in ("header", "cookie") or _UNCHANGED.fullmatch(text) is not None
    return fits and 0 < len(text) <= _LONGEST


def variants(operation: Operation, valid: Values, sampler: Sampler) -> Iterator[Values]:
    """Give valid values with another alternative of the body, or of one of its properties, than the first."""
    body = operation.body
    if body is None or not isinstance(valid.body, dict) or "json" not in body.media_type:
        return
    first, *others = list(sampler.schemas.alternatives(body.schema)) or [{}]
    found = [made for each in others[:_MOST_CHOICES] for made in _made(each, sampler)]
    properties = first.get("properties")
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        listed = list(sampler.schemas.alternatives(schema))[1 : 1 + _MOST_CHOICES] if name in valid.body else []
        found += [{**valid.body, name: made} for each in listed for made in _made(each, sampler)]
    for each in found:
        if sampler.schemas.accepts(body.schema, as_json(each), "request"):
            yield replace(valid, body=each)


def _made(schema: dict[str, Any], sampler: Sampler) -> Iterator[Any]:
    # Another kind of thing shows more than a number in place of a text.
    if kind_of(schema) == "object":
        with contextlib.suppress(Unsampled):
            yield sampler.value(schema)


def emptied(operation: Operation, valid: Values, schemas: Schemas) -> Values | None:
    """Give valid values with null for every property of the body that may be null, None where there is none."""
    if operation.body is None or not isinstance(valid.body, dict) or "json" not in operation.body.media_type:
        return None
    properties = next(schemas.alternatives(operation.body.schema), {}).get("properties")
    told = properties if isinstance(properties, dict) else {}
    nulls = {name for name in valid.body if "type" in str(told.get(name)) and schemas.accepts_null(told.get(name))}
    body = {name: None if name in nulls else each for name, each in valid.body.items()}
    fits = nulls and schemas.accepts(operation.body.schema, as_json(body), "request")
    return replace(valid, body=body) if fits else None


def keeping_its_name(operation: Operation, values: Values, schemas: Schemas) -> Values:
    """Leave a thing the name by which its path knows it: under another one it would not be found again."""
    if operation.method not in ("PUT", "PATCH") or operation.body is None or not isinstance(values.body, dict):
        return values
    bound = values.bound()
    last = operation.path_parameters[-1].name if operation.path_parameters else ""
    # Of a path that says more of it, as {host_id}, the body says the id.
    told = {"id": bound[last], **bound} if last in bound and last.lower().endswith("id") else bound
    same = {name: each for name, each in told.items() if name in values.body}
    body = {**values.body, **same}
    fits = same and schemas.accepts(operation.body.schema, as_json(body), "request")
    return replace(values, body=body) if fits else values


def unlike(shown: Any, operation: Operation, values: Values, others: Iterable[Values], schemas: Schemas) -> Values:
    """Give valid values with what a thing shows already taken from others: whether that is stored shows nothing."""
    for other in others:
        if operation.body is None or not all(isinstance(each, dict) for each in (shown, values.body, other.body)):
            break
        same = [name for name, each in values.body.items() if name in shown and shown[name] == each]
        if not same:
            break
        body = values.body | {name: other.body[name] for name in same if name in other.body}
        if schemas.accepts(operation.body.schema, as_json(body), "request"):
            values = replace(values, body=body)
    return values


def widest(operation: Operation, valid: Values, sampler: Sampler) -> Values | None:
    """Give valid values with the longest text and the greatest number everywhere in the body, None where none has one.

    What is cut off or held down in between goes unseen with values from the middle.
    """
    if operation.body is None or not isinstance(valid.body, dict) or "json" not in operation.body.media_type:
        return None
    properties = next(sampler.schemas.alternatives(operation.body.schema), {}).get("properties")
    body = dict(valid.body)
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        found = [each for each in _of_schema(schema, sampler) if type(each) is type(body.get(name))]
        if name in body and isinstance(body[name], str):
            body[name] = max([body[name], *found], key=len)
        elif name in body and isinstance(body[name], (int, float)):
            body[name] = max([body[name], *found])
    fits = body != valid.body and sampler.schemas.accepts(operation.body.schema, as_json(body), "request")
    return replace(valid, body=body) if fits else None


def renewed(body: dict[str, Any], valid: dict[str, Any], fresh: Any) -> dict[str, Any]:
    """Give a body with fresh values for what it has from the valid one, as names may have to be unique."""
    same = {key for key, held in body.items() if key in fresh and held == valid.get(key)}
    return {key: fresh[key] if key in same else held for key, held in body.items()}


def _of_schema(schema: Any, sampler: Sampler) -> list[Any]:
    schemas = sampler.schemas
    flat = next(schemas.alternatives(schema), {})
    if flat.get("readOnly") is True:
        return []
    found: list[Any] = []
    kind = kind_of(flat)
    if isinstance(flat.get("enum"), list):
        found = flat["enum"][:_MOST_CHOICES]
    elif kind == "boolean":
        found = [True, False]
    elif kind in ("integer", "number"):
        found = [each for each in bounds(flat, kind) if each is not None]
        found = [int(each) if kind == "integer" else each for each in found if abs(each) < 2**53]
    elif kind == "string" and not {"pattern", "format", "contentMediaType"} & set(flat):
        token = f"{sampler.number() & 0xFFFFFFFFFFFF:012x}"
        least, most = flat.get("minLength", 1), flat.get("maxLength")
        sizes = [size for size in (least, most) if isinstance(size, int) and 0 < size <= _LONGEST]
        # A name of an earlier run may still be taken.
        texts = [f"{_TEXTS[0]} {token}", *_TEXTS]
        found = [text for text in texts if schemas.accepts(schema, text, "request")][:1]
        found += [_fresh(size, token, sampler) for size in sizes]
    if schemas.accepts_null(schema) and "type" in str(schema):
        found.append(None)
    return [each for each in found if schemas.accepts(schema, each, "request")]


def _fresh(size: int, token: str, sampler: Sampler) -> str:
    """Give a text of a size that nobody else is likely to have, as names may have to be unique."""
    if size > _SHORT:
        return (token * (size // len(token) + 1))[:size]
    return "".join(chr(_FIRST_OF_MANY + sampler.number() % _MANY) for _ in range(size))
