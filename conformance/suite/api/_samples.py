"""Values that a schema accepts, made from the run's seed: fresh in every run, the same when it is replayed."""

import base64
import contextlib
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.properties import Draws
from conformance.suite.api._requests import OMITTED, as_json
from conformance.suite.operations import Operation
from conformance.suite.schemas import Schemas

# Deeper than this a property that may be left out is left out.
_DEEPEST = 4
_MOST_ITEMS = 100
# Of values that must differ, so many are made for each that is wanted.
_MOST_TRIES = 20
# A value of more levels or parts than this is no one's request.
_MOST_LEVELS = 40
_MOST_PARTS = 5_000
_LONGEST = 5000
# What bytes say in a multipart body; text, so that it may be read as such.
_FILE = b"a text of a few words\n"
Known = Callable[[str], Any]


class Unsampled(Exception):
    """No value of a schema could be made."""


class _Endless(Exception):
    """A schema asks for itself within itself, or for far too much."""


class Sampler:
    """Makes values; ``known`` gives the identifier that a property such as ``user_id`` may hold, or OMITTED.

    So does ``named`` for a property that is called as paths call things: it may as well be the name of a new one.
    """

    def __init__(
        self, schemas: Schemas, draws: Draws, known: Known = lambda _: OMITTED, named: Known = lambda _: OMITTED
    ) -> None:
        self.schemas = schemas
        self.draws = draws
        self.known = known
        self.named = named
        self._told = False
        self._count = itertools.count()
        self._left = 0

    def number(self) -> int:
        """Give a number that no other call gives."""
        return self.draws.number(f"sample {next(self._count)}")

    def value(self, schema: Any, name: str = "", *, whole: bool = True, told: bool = False) -> Any:
        """Make a value, with all its optional properties unless ``whole`` is false.

        With ``told`` nothing is made up that the API names or the document has examples of.

        Raises Unsampled where none can be made.
        """
        flat = self.schemas.flat(schema)
        self._told = told
        # Optional properties may exclude each other.
        for tried in (True, False) if whole else (False,):
            self._left = _MOST_PARTS
            with contextlib.suppress(_Endless):
                made = self._make(schema, name, 0, tried)
                if self._fits(schema, made):
                    return made
        for given in _given(flat):
            if self._fits(schema, given):
                return given
        raise Unsampled(f"no value of the schema of {name or 'the body'} could be made")

    def given(self, schema: Any, examples: tuple[Any, ...] = ()) -> Iterator[Any]:
        """Give the document's own examples of a schema that it accepts."""
        for each in (*examples, *_given(self.schemas.flat(schema))):
            if self._fits(schema, each):
                yield each

    def _fits(self, schema: Any, value: Any) -> bool:
        return self.schemas.accepts(schema, as_json(value), "request")

    def _make(self, schema: Any, name: str, depth: int, whole: bool) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _MOST_LEVELS:
            raise _Endless
        for alternative in self.schemas.alternatives(schema):
            if "const" in alternative:
                return alternative["const"]
            if isinstance(alternative.get("enum"), list) and alternative["enum"]:
                choices = [each for each in alternative["enum"] if each is not None] or [None]
                return choices[self.number() % len(choices)]
            for known in self._known(name, alternative):
                if known is not OMITTED and self._fits(alternative, known):
                    return known
            made = self._of_kind(alternative, name, depth, whole)
            if self.schemas.accepts(alternative, as_json(made), "request"):
                return made
        return next(_given(self.schemas.flat(schema)), None)

    def _known(self, name: str, schema: dict[str, Any]) -> Iterator[Any]:
        if not name or _is_file(schema):
            return
        yield self.known(name)
        if self._told:
            yield self.named(name)
            yield from _given({key: each for key, each in schema.items() if key != "default"})

    def _of_kind(self, schema: dict[str, Any], name: str, depth: int, whole: bool) -> Any:
        kind = kind_of(schema)
        if kind == "object":
            return self._object(schema, depth, whole)
        if kind == "array":
            return self._array(schema, name, depth, whole)
        if kind == "boolean":
            return bool(self.number() % 2)
        if kind in ("integer", "number"):
            return self._numeric(schema, kind)
        return self._text(schema)

    def _object(self, schema: dict[str, Any], depth: int, whole: bool) -> dict[str, Any]:
        properties = schema.get("properties")
        required = set(map(str, schema.get("required") or ()))
        made = {}
        for name, each in properties.items() if isinstance(properties, dict) else ():
            wanted = name in required or (whole and depth < _DEEPEST)
            if wanted and self.schemas.flat(each).get("readOnly") is not True and depth < 2 * _DEEPEST:
                made[name] = self._make(each, name, depth + 1, whole)
        extra = schema.get("additionalProperties")
        least = schema.get("minProperties", 0)
        while isinstance(least, int) and len(made) < min(least, _MOST_ITEMS):
            made[f"key{len(made)}"] = self._make(extra if isinstance(extra, dict) else {}, "", depth + 1, whole)
        return made

    def _array(self, schema: dict[str, Any], name: str, depth: int, whole: bool) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ITEMS)
        count = max(least if isinstance(least, int) else 0, 1 if whole and depth < _DEEPEST else 0)
        if isinstance(most, int):
            count = min(count, most)
        fixed = schema.get("prefixItems")
        items = [self._make(each, name, depth + 1, whole) for each in fixed] if isinstance(fixed, list) else []
        for _ in range(_MOST_TRIES * count):
            if len(items) >= min(count, _MOST_ITEMS):
                break
            made = self._make(schema.get("items", {}), name, depth + 1, whole)
            if schema.get("uniqueItems") is not True or made not in items:
                items.append(made)
        return items

    def _numeric(self, schema: dict[str, Any], kind: str) -> int | float:
        low, high = bounds(schema, kind)
        step = schema.get("multipleOf")
        if low is None:
            low = 1 if high is None or high >= 1 else high - 100
        room = 1000 if high is None else max(0, min(1000, int(high - low)))
        if isinstance(step, (int, float)) and step > 0:
            first = -(-low // step)
            room = room if high is None else max(0, min(1000, int(high // step - first)))
            return (first + self.number() % (room + 1)) * step
        chosen = low + self.number() % (room + 1)
        if kind == "integer":
            return int(chosen)
        # A fraction shows what a store for whole numbers loses.
        return chosen + 0.5 if high is None or chosen + 0.5 <= high else chosen

    def _text(self, schema: dict[str, Any]) -> Any:
        form = schema.get("format")
        if _is_file(schema):
            return _FILE
        number = self.number()
        token = f"{number & 0xFFFFFFFFFFFF:012x}"
        texts = {
            "uuid": str(uuid.UUID(int=number | number << 64, version=4)),
            "date": f"20{number % 30 + 10}-0{number % 9 + 1}-1{number % 10}",
            "date-time": f"20{number % 30 + 10}-0{number % 9 + 1}-1{number % 10}T1{number % 10}:30:00Z",
            "time": "10:30:00Z",
            "duration": "PT1H",
            "email": f"user-{token}@example.com",
            "idn-email": f"user-{token}@example.com",
            "uri": f"https://example.com/{token}",
            "url": f"https://example.com/{token}",
            "hostname": "example.com",
            "ipv4": f"192.0.2.{number % 250 + 1}",
            "ipv6": f"2001:db8::{number % 9999}",
            "byte": base64.b64encode(token.encode()).decode(),
            "json-pointer": f"/{token}",
            "regex": "^a$",
        }
        if form in texts:
            return texts[str(form)]
        candidates = [_sized(token, schema)]
        if isinstance(schema.get("pattern"), str):
            candidates += _plain_candidates(number, schema)
        for text in candidates:
            if self.schemas.accepts(schema, text, "request"):
                return text
        return self._matching(schema)

    def _matching(self, schema: dict[str, Any]) -> str:
        """Draw a text by its pattern."""
        import re

        from hypothesis import strategies as st
        from hypothesis.errors import HypothesisException

        number = self.number()
        try:
            # What is drawn for one thing may have to differ from what another one has.
            draws = replace(self.draws, name=f"{self.draws.name} {number}")
            drawn = draws.examples(st.from_regex(re.compile(schema["pattern"])), 10)
        except (re.error, HypothesisException, KeyError, NotImplementedError, RecursionError, OverflowError):
            return ""
        fitting = list(dict.fromkeys(text for text in drawn if self.schemas.accepts(schema, text, "request")))
        listed: list[str] = [text for text in fitting if text.isascii() and text.isprintable()] or fitting or [""]
        return listed[number % len(listed)]


def _is_file(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def kind_of(schema: dict[str, Any]) -> str:
    """Give the type of a schema's values, a text where it does not say."""
    kinds = schema.get("type")
    kind = next((each for each in kinds if each != "null"), "string") if isinstance(kinds, list) else kinds
    if isinstance(kind, str):
        return kind
    told = (
        *(("properties", "object"), ("required", "object"), ("items", "array"), ("minItems", "array")),
        *(("minimum", "number"), ("maximum", "number")),
    )
    return next((named for key, named in told if key in schema), "string")


def could_be_numbers(schemas: Schemas, operation: Operation, names: dict[str, Any]) -> bool:
    """Tell whether texts that were taken for identifiers can be numbers where a path asks for numbers."""
    for parameter in operation.path_parameters:
        kinds = {kind_of(each) for each in schemas.alternatives(parameter.schema)}
        value = str(names.get(parameter.name, "0"))
        if kinds == {"integer"} and not value.removeprefix("-").isdecimal():
            return False
    return True


def bounds(schema: dict[str, Any], kind: str) -> tuple[float | None, float | None]:
    """Give the least and the greatest value of a number's schema, None where there is none."""
    step = 1 if kind == "integer" else 0.25
    names = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    # Some documents hold texts here, which say nothing.
    low, high, over, under = (None if isinstance(schema.get(each), str) else schema.get(each) for each in names)
    if over is True and low is not None:
        low += step
    elif isinstance(over, (int, float)) and not isinstance(over, bool):
        low = over + step if low is None else max(low, over + step)
    if under is True and high is not None:
        high -= step
    elif isinstance(under, (int, float)) and not isinstance(under, bool):
        high = under - step if high is None else min(high, under - step)
    return low, high


def _given(flat: dict[str, Any]) -> Iterator[Any]:
    listed = flat.get("examples")
    yield from listed if isinstance(listed, list) else ()
    for key in ("example", "default"):
        if key in flat:
            yield flat[key]


def _sized(token: str, schema: dict[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    least = least if isinstance(least, int) else 0
    most = most if isinstance(most, int) else _LONGEST
    text = token if len(token) >= least else (token * (least // len(token) + 1))[: min(least, _LONGEST)]
    return text[:most]


def _plain_candidates(number: int, schema: dict[str, Any]) -> Iterator[str]:
    letters = "".join(chr(97 + int(digit)) for digit in str(number))
    digits = str(number)
    least = schema.get("minLength", 0) if isinstance(schema.get("minLength", 0), int) else 0
    for length in dict.fromkeys((max(least, 1), 2, 3, 4, 5, 6, 8, 10, 12)):
        yield from (letters[:length], letters[:length].upper(), digits[:length])
        yield from (letters[:length].capitalize(), f"{letters[:length]}{digits[:2]}")
        yield from (
            f"{letters[:3].upper()}-{digits[:length]}",
            f"+{digits[:length]}",
            f"{letters[:length]}-{letters[:2]}",
        )
