"""Values that break a schema in one place, none that an idiomatic server may read leniently."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.suite.api._requests import OMITTED, Values, as_json, plain
from conformance.suite.api._samples import bounds, kind_of
from conformance.suite.operations import Operation, Parameter
from conformance.suite.schemas import Schemas
from conformance.suite.unions import NAMED

_DEEPEST = 3
_LONGEST = 20_000
_LONGEST_IN_URL = 2_000
# Of several values that break one rule alike, as many are tried.
_OF_ONE_RULE = 2
_LONGEST_LIST = 100
_WORD = "surely-no-such-value"
# What a framework refuses as soon as a type stands in its model; other formats are annotations.
_STRICT_FORMATS = ("uuid", "date", "date-time", "email", "ipv4", "ipv6")
# What a field of a form may hold wherever it stands for nothing.
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Broken:
    """Values with one part broken: ``part`` is its name (empty for the whole body), ``rule`` what it breaks."""

    values: Values
    place: str
    part: str
    rule: str
    pointer: str
    # A body that cannot be read is 400 to many.
    readable: bool = True

    def __str__(self) -> str:
        where = f"{self.place} {self.part}".strip()
        return f"{where} breaks {self.rule}"


def broken(operation: Operation, valid: Values, schemas: Schemas) -> Iterator[Broken]:
    """Give every way in which the suite breaks a valid request of an operation."""
    for parameter in operation.parameters:
        yield from _parameter(operation, parameter, valid, schemas)
    if operation.body is not None and valid.body is not OMITTED:
        yield from _body(operation, valid, schemas)


def _parameter(operation: Operation, parameter: Parameter, valid: Values, schemas: Schemas) -> Iterator[Broken]:
    place, name = parameter.place, parameter.name
    pointer = f"{operation.pointer}/parameters ({name})"

    def made(value: Any, rule: str) -> Broken:
        return Broken(valid.but(place, name, value), place, name, rule, pointer)

    if parameter.required and place != "path":
        yield made(OMITTED, "required")
    kinds = [kind_of(each) for each in schemas.alternatives(parameter.schema)]
    if parameter.is_json or "object" in kinds:
        return
    # One value alone is a list too.
    schema = schemas.flat(parameter.schema).get("items") if kinds == ["array"] else parameter.schema
    if kinds == ["array"]:
        for value, rule in _too_many(schemas.flat(parameter.schema), valid.parameters.get((place, name))):
            yield made(value, rule)
    for value, rule in _breaking_as_text(schema, schemas) if "array" not in kinds or kinds == ["array"] else ():
        if len(str(value)) < _LONGEST_IN_URL:
            yield made([value] if kinds == ["array"] else value, rule)


def _body(operation: Operation, valid: Values, schemas: Schemas) -> Iterator[Broken]:
    body = operation.body
    assert body is not None
    pointer = f"{operation.pointer}/requestBody"
    is_form = body.media_type in _FORMS

    def made(value: Any, part: str, rule: str, raw: bytes | None = None) -> Broken:
        return Broken(replace(valid, body=value, raw=raw), "body", part, rule, pointer, readable=raw is None)

    if not is_form and "json" not in body.media_type:
        return
    # Where nothing is asked for, no body may be read as an empty object, as Express and Hono do.
    if body.required and not is_form and not schemas.accepts(body.schema, {}, "request"):
        yield made(OMITTED, "", "required")
    if body.required and not is_form:
        yield made(OMITTED, "", "JSON", raw=b'{"')
    for steps, value, rule in _inside(body.schema, valid.body, schemas, 0, is_form=is_form):
        # Without any part it would be no form (RFC 2046), which may be told apart from one that lacks a part.
        changed = _put(valid.body, steps, value) or ({_WORD: _WORD} if is_form else {})
        if not schemas.accepts(body.schema, as_json(changed), "request"):
            named = [step for step in steps if isinstance(step, str)]
            yield made(changed, named[-1] if named else "", rule)


def _inside(  # noqa: C901 - an object, its parts, and a list's
    schema: Any, value: Any, schemas: Schemas, depth: int, *, is_form: bool
) -> Iterator[tuple[list[str | int], Any, str]]:
    alternatives = list(schemas.alternatives(schema))
    fitting = (each for each in alternatives if schemas.accepts(each, as_json(value), "request"))
    flat = (next(fitting, None) if len(alternatives) > 1 else None) or next(iter(alternatives), {})
    wrong_here = [*_breaking(schema, schemas), *_around(flat, value)] if not is_form else []
    yield from (([], wrong, rule) for wrong, rule in wrong_here if not _has_what_is_asked(flat, wrong))
    if isinstance(value, dict):
        properties = flat.get("properties")
        required = flat.get("required") if isinstance(flat.get("required"), list) else []
        for name in (name for name in required or () if name in value):
            yield [name], OMITTED, "required"
            if not is_form and not schemas.accepts_null(_of(properties, name)):
                yield [name], None, "type"
        for name in value if isinstance(properties, dict) and depth < _DEEPEST else ():
            if is_form:
                yield from (([name], w, rule) for w, rule in _breaking_as_text(_of(properties, name), schemas))
                continue
            for steps, wrong, rule in _inside(_of(properties, name), value[name], schemas, depth + 1, is_form=False):
                yield [name, *steps], wrong, rule
        more = flat.get("additionalProperties")
        if more is False and not is_form:
            yield [_WORD], _WORD, "additionalProperties"
        elif isinstance(more, dict) and not is_form:
            for wrong, rule in _breaking(more, schemas):
                yield [_WORD], wrong, rule
    elif isinstance(value, list) and value and depth < _DEEPEST:
        yield from (([], wrong, rule) for wrong, rule in (*_too_many(flat, value), *_too_few(flat, value)))
        for steps, wrong, rule in _inside(flat.get("items"), value[0], schemas, depth + 1, is_form=is_form):
            yield [0, *steps], wrong, rule


def _has_what_is_asked(schema: dict[str, Any], value: Any) -> bool:
    """Tell whether a value has all that a model asks for, as any text has a ``title``.

    Django Ninja reads any value by its attributes, and the methods of Python's own types are among them.
    """
    required = schema.get("required") or ()
    fits = all(hasattr(value, str(name)) for name in required)
    return fits and bool(schema.get("properties")) and not schema.get("minProperties")


def _around(schema: dict[str, Any], value: Any) -> Iterator[tuple[Any, str]]:
    """Put something around a text in which a pattern is found, but which it does not describe as a whole."""
    if isinstance(value, str) and "pattern" in schema:
        yield from ((wrong, "pattern") for wrong in (f"{value}!", f"!{value}"))


def _too_many(schema: dict[str, Any], value: Any) -> Iterator[tuple[Any, str]]:
    """Give a list with too many of its own items, so that nothing else about it is wrong."""
    most = schema.get("maxItems")
    repeats = isinstance(value, list) and value and schema.get("uniqueItems") is not True
    if repeats and isinstance(most, int) and most < _LONGEST_LIST:
        yield (value * (most + 1))[: most + 1], "maxItems"


def _too_few(schema: dict[str, Any], value: list[Any]) -> Iterator[tuple[Any, str]]:
    least = schema.get("minItems")
    if isinstance(least, int) and 1 < least <= len(value):
        yield value[: least - 1], "minItems"


def _of(properties: Any, name: str) -> Any:
    return properties.get(name, {}) if isinstance(properties, dict) else {}


def _put(value: Any, steps: list[str | int], wrong: Any) -> Any:
    if not steps:
        return wrong
    step, *rest = steps
    if isinstance(value, list) and isinstance(step, int):
        return [_put(each, rest, wrong) if n == step else each for n, each in enumerate(value)]
    changed = dict(value)
    if not rest and wrong is OMITTED:
        changed.pop(step, None)
    else:
        changed[str(step)] = _put(changed.get(str(step)), rest, wrong)
    return changed


def _breaking(schema: Any, schemas: Schemas) -> Iterator[tuple[Any, str]]:
    """Give values that no alternative of a schema accepts, leniently read or not."""
    alternatives = list(schemas.alternatives(schema))
    kinds = {kind_of(each) for each in alternatives if each.get("type") or "properties" in each}
    # A reader may take what no discriminator names for the first alternative that fits.
    if not alternatives or any(_is_open(each) or NAMED in each for each in alternatives):
        return
    candidates = [pair for each in alternatives for pair in _candidates(each)]
    tried: Counter[str] = Counter()
    for value, rule in candidates:
        if isinstance(value, str) and kinds & {"integer", "number"} and value.strip("-.").isdigit():
            continue
        if "boolean" in kinds and value in (0, 1):
            continue
        if tried[rule] < _OF_ONE_RULE and not schemas.accepts(schema, value, "request"):
            tried[rule] += 1
            yield value, rule


def _breaking_as_text(schema: Any, schemas: Schemas) -> Iterator[tuple[Any, str]]:
    """Give what breaks a schema where everything is written as a text."""
    for value, rule in _breaking(schema, schemas):
        # An empty text may stand for nothing, and a list or an object cannot be told from a text.
        if isinstance(value, (dict, list)) or value in ("", None) or schemas.accepts(schema, plain(value), "request"):
            continue
        yield value, rule


def _is_open(schema: dict[str, Any]) -> bool:
    told = ("type", "enum", "const", "properties", "pattern", "minimum", "maximum", "minLength", "maxLength")
    return not any(key in schema for key in told)


def _candidates(schema: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    if isinstance(schema.get("enum"), list) or "const" in schema:
        yield _WORD, "enum" if "enum" in schema else "const"
        return
    kind = kind_of(schema)
    if kind == "string":
        yield from _texts(schema)
    elif kind in ("integer", "number"):
        yield from _numbers(schema, kind)
    elif kind == "boolean":
        yield from ((_WORD, "type"), ({"a": _WORD}, "type"))
    elif kind == "array":
        yield from ((7, "type"), (_WORD, "type"))
        yield from _lists(schema)
    elif kind == "object":
        yield from ((_WORD, "type"), (7, "type"), ([_WORD], "type"))
        if not schema.get("required"):
            yield {}, "minProperties"


def _texts(schema: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    # The bytes of a file may be any, and a field that is no file is one to a lenient reader.
    if schema.get("format") in ("binary", "byte") or "contentMediaType" in schema:
        return
    yield {"a": _WORD}, "type"
    # A list of one text is that text to Ajv, as Fastify has it.
    yield [_WORD, _WORD], "type"
    if schema.get("format") in _STRICT_FORMATS:
        yield _WORD, f"format {schema['format']}"
        return
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(schema.get("pattern"), str):
        length = max(least if isinstance(least, int) else 1, 1)
        top = most if isinstance(most, int) else _LONGEST
        for letter in ("!", "\u00e9", "z", "Z", "7"):
            for size in dict.fromkeys((length, min(length + 7, top))):
                yield (letter * size)[:size], "pattern"
    if isinstance(least, int) and 0 < least <= _LONGEST:
        yield "x" * (least - 1), "minLength"
    if isinstance(most, int) and 0 <= most <= _LONGEST:
        yield "x" * (most + 1), "maxLength"


def _numbers(schema: dict[str, Any], kind: str) -> Iterator[tuple[Any, str]]:
    yield from ((_WORD, "type"), ({"a": 1}, "type"))
    low, high = bounds(schema, kind)
    step = 1 if kind == "integer" else 0.25
    for bound, wrong, rule in ((low, -step, "minimum"), (high, step, "maximum")):
        if bound is not None and abs(bound) < 2**53:
            value = bound + wrong
            yield int(value) if kind == "integer" else value, rule
    multiple = schema.get("multipleOf")
    if isinstance(multiple, (int, float)) and (multiple > 1 if kind == "integer" else multiple > 0):
        start = math.ceil((low or 0) / multiple) * multiple
        between = int(start) + 1 if kind == "integer" else start + multiple / 2
        # Nothing else about it is wrong.
        if high is None or between <= high:
            yield between, "multipleOf"


def _lists(schema: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    least, most = schema.get("minItems"), schema.get("maxItems")
    items = schema.get("items")
    if isinstance(least, int) and least == 1:
        yield [], "minItems"
    kind = items.get("type") if isinstance(items, dict) else None
    # Where equal items may be one, they differ; elsewhere an item that fits is repeated.
    differ = schema.get("uniqueItems") is True and kind in ("string", "integer")
    if differ and isinstance(most, int) and most < _LONGEST_LIST:
        yield [f"x{n}" if kind == "string" else n + 1 for n in range(most + 1)], "maxItems"
