"""Schemas of an OpenAPI document, made into JSON Schemas that stand alone."""

import datetime
import re
from collections.abc import Iterator
from typing import Any, Literal, TypeGuard
from urllib.parse import unquote

from conformance.suite import unions

Direction = Literal["request", "response"]

# A chain of references or compositions longer than this is no schema that a person wrote.
_DEEPEST = 24
_MOST_NESTED = 4
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    *("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"),
    *("unevaluatedItems", "unevaluatedProperties", "additionalItems"),
)
# What would give a schema another base, or is about documents and not about values.
_DROPPED = ("$id", "$schema", "$anchor", "$dynamicAnchor", "example", "examples", "discriminator", "xml", "default")
# Others are annotations (JSON Schema 2020-12, section 7.2.1), or written in several ways by right servers.
FORMATS = ("uuid", "date", "date-time", "email", "ipv4", "ipv6")
# What a property of a message in the other direction has.
_NOT_IN: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}


def _is_instant(value: object) -> bool:
    try:
        datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _is_address(value: object) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+", str(value)) is not None


def is_inside(reference: Any) -> TypeGuard[str]:
    """Tell whether a reference is a JSON pointer into its own document."""
    return isinstance(reference, str) and (reference == "#" or reference.startswith("#/"))


def pointed(value: Any, pointer: str, missing: Any = None) -> Any:
    """Give what a JSON pointer leads to, ``missing`` where it leads nowhere (RFC 6901)."""
    for escaped in pointer.split("/")[1:]:
        step = escaped.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return missing
    return value


def _joined(some: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Join properties: what two parts say of one of them both holds, as where a base says less of its kind."""
    return {
        **others,
        **{
            name: {"allOf": [each, others[name]]} if others.get(name, each) != each else each
            for name, each in some.items()
        },
    }


class Schemas:
    """The schemas of one document: follows references, and validates values."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self._old = str(root.get("openapi", "")).startswith("3.0")
        self._validators: dict[tuple[int, Direction], Any] = {}
        self._flattened: dict[int, dict[str, Any]] = {}
        # An id() is good for as long as what it names is alive.
        self._kept: list[Any] = []

    def at(self, reference: Any) -> Any:
        """Give what a reference inside the document names, None where there is nothing."""
        return pointed(self.root, unquote(reference[1:])) if is_inside(reference) else None

    def follow(self, value: Any) -> dict[str, Any]:
        """Follow a reference object; what leads nowhere is empty."""
        for _ in range(_DEEPEST):
            if not isinstance(value, dict) or "$ref" not in value:
                break
            value = self.at(value["$ref"])
        return value if isinstance(value, dict) else {}

    def flat(self, schema: Any) -> dict[str, Any]:
        """Follow references and join what ``allOf`` composes, so that a schema's keywords can be read."""
        if not isinstance(schema, dict):
            return {}
        if id(schema) not in self._flattened:
            self._kept.append(schema)
            # Whoever comes here again on the way down is in a circle.
            self._flattened[id(schema)] = {}
            self._flattened[id(schema)] = self._flat(schema)
        return self._flattened[id(schema)]

    def _flat(self, schema: dict[str, Any]) -> dict[str, Any]:
        merged = {key: each for key, each in schema.items() if key not in ("$ref", "allOf")}
        parts = schema.get("allOf") if isinstance(schema.get("allOf"), list) else ()
        if "$ref" in schema:
            parts = [self.at(schema["$ref"]), *(parts or ())]
        for part in parts or ():
            for key, each in self.flat(part).items():
                if key == "properties" and isinstance(merged.get(key), dict):
                    merged[key] = _joined(merged[key], each)
                elif key == "required" and isinstance(merged.get(key), list):
                    merged[key] = [*merged[key], *each]
                else:
                    merged.setdefault(key, each)
        return merged

    def alternatives(self, schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """Give the schema's alternatives, itself where it has none; ``null`` is left out."""
        flat = self.flat(schema)
        listed = next((flat[key] for key in ("anyOf", "oneOf") if isinstance(flat.get(key), list)), None)
        base = self.follow(schema)
        if listed is None and unions.discriminating(base) and depth < _MOST_NESTED:
            listed = unions.heirs(self.root, base) or None
            # The base of itself is the last of them.
            depth = _MOST_NESTED - 1
        if listed is None:
            kinds = flat.get("type")
            if isinstance(kinds, list):
                yield from ({**flat, "type": kind} for kind in kinds if kind != "null")
            elif kinds != "null":
                yield flat
            return
        rest = {key: each for key, each in flat.items() if key not in ("anyOf", "oneOf")}
        for each in listed:
            for alternative in self.alternatives(each, depth + 1) if depth < _MOST_NESTED else ():
                name, values = self.naming(flat, each)
                yield {**rest, **(unions.named(alternative, name, values) if values else alternative)}

    def naming(self, schema: dict[str, Any], alternative: Any) -> tuple[str, list[str]]:
        """Give the property, and its values, by which a discriminator alone names an alternative; else no values."""
        name = unions.discriminating(schema)
        if not name:
            return "", []
        flat = self.flat(alternative)
        declared = self.flat((flat.get("properties") or {}).get(name))
        told = unions.is_told_elsewhere(flat, name, declared)
        return name, unions.values_of(schema, alternative) if told else []

    def accepts_null(self, schema: Any) -> bool:
        """Tell whether null is a value of a schema."""
        return self.accepts(schema, None, "request")

    def accepts(self, schema: Any, value: Any, direction: Direction) -> bool:
        """Tell whether a schema accepts a value; one that cannot be used accepts all."""
        validator = self.validator(schema, direction)
        return validator is None or bool(validator.is_valid(value))

    def contradiction(self, schema: Any, value: Any) -> tuple[str, str] | None:
        """Say where in an answer and how a value contradicts a schema."""
        validator = self.validator(schema, "response")
        error = next(iter(validator.iter_errors(value)), None) if validator is not None else None
        if error is None:
            return None
        place = "/".join(str(step) for step in error.instance_path)
        return place or "the top", str(error.message)[:300]

    def validator(self, schema: Any, direction: Direction) -> Any:
        """Give a validator, None where the schema cannot be used."""
        import jsonschema_rs

        key = (id(schema), direction)
        if key not in self._validators:
            self._kept.append(schema)
            try:
                self._validators[key] = jsonschema_rs.Draft202012Validator(
                    self.standalone(schema, direction),
                    validate_formats=True,
                    formats={"date-time": _is_instant, "email": _is_address},
                    offline=True,
                )
            except (ValueError, TypeError, RecursionError):
                self._validators[key] = None
        return self._validators[key]

    def standalone(self, schema: Any, direction: Direction) -> Any:
        """Write a schema so that it needs no document: what it refers to lies in its ``$defs``."""
        writer = _Writer(self, direction, self._old)
        written = writer.schema(schema)
        return {**written, "$defs": writer.defs} if isinstance(written, dict) and writer.defs else written


class _Writer:
    def __init__(self, schemas: Schemas, direction: Direction, old: bool) -> None:
        self.defs: dict[str, Any] = {}
        self._schemas = schemas
        self._direction = direction
        self._old = old
        self._names: dict[str, str] = {}

    def schema(self, found: Any) -> Any:
        if not isinstance(found, dict):
            return found if isinstance(found, bool) else True
        if "$ref" in found:
            rest = {} if self._old else {key: each for key, each in found.items() if key != "$ref"}
            return {**self.schema(rest), "$ref": self._reference(found["$ref"])}
        written = {key: self._keyword(key, each) for key, each in found.items() if key not in _DROPPED}
        if written.get("format") not in FORMATS:
            written.pop("format", None)
        if unions.discriminating(found) and isinstance(found.get("oneOf"), list):
            written["oneOf"] = [self._named(found, each) for each in found["oneOf"]]
        loose = unions.discriminating(found) or any(map(self._is_loose, found.get("oneOf") or ()))
        if "anyOf" not in written and "oneOf" in written and loose:
            written["anyOf"] = written.pop("oneOf")
        if isinstance(written.get("required"), list):
            written["required"] = [name for name in written["required"] if not self._is_elsewhere(found, name)]
        return self._as_of_today(written) if self._old else written

    def _keyword(self, key: str, value: Any) -> Any:
        if key in _MAPS and isinstance(value, dict):
            return {name: self.schema(each) for name, each in value.items()}
        if key in _LISTS and isinstance(value, list):
            return [self.schema(each) for each in value]
        return self.schema(value) if key in _SINGLE and not isinstance(value, list) else value

    def _reference(self, reference: Any) -> str:
        name = self._names.get(str(reference))
        if name is None:
            name = self._names[str(reference)] = str(len(self._names))
            self.defs[name] = True
            self.defs[name] = self.schema(self._schemas.at(reference))
        return f"#/$defs/{name}"

    def _named(self, union: dict[str, Any], alternative: Any) -> Any:
        """Write an alternative so that it accepts what the discriminator names as it, where both could be the same."""
        name, values = self._schemas.naming(union, alternative)
        written = self.schema(alternative)
        return {"allOf": [written, {"properties": {name: {"enum": values}}}]} if values else written

    def _is_loose(self, found: Any) -> bool:
        """Tell whether a schema accepts more than it means, so that one beside it may accept the same."""
        form = self._schemas.flat(found).get("format")
        return form is not None and form not in FORMATS

    def _is_elsewhere(self, found: dict[str, Any], name: Any) -> bool:
        properties = found.get("properties")
        declared = properties.get(name) if isinstance(properties, dict) else None
        return self._schemas.flat(declared).get(_NOT_IN[self._direction]) is True

    def _as_of_today(self, written: dict[str, Any]) -> dict[str, Any]:
        """Write OpenAPI 3.0's own keywords as JSON Schema has them (OpenAPI 3.0.3, Schema Object)."""
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if written.get(exclusive) is True and bound in written:
                written[exclusive] = written.pop(bound)
            elif isinstance(written.get(exclusive), bool):
                del written[exclusive]
        if written.pop("nullable", None) is True:
            return {"anyOf": [written, {"type": "null"}]}
        return written
