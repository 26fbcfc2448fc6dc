"""Whether a value that was read is the one that was written."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from conformance.suite.api._identifiers import stable
from conformance.suite.api._requests import as_json
from conformance.suite.schemas import Schemas

# What servers give, whatever a client proposes.
_GIVEN = ("id", "uuid")
# How lists tell their length.
_COUNTS = re.compile(r"total|count|size", re.IGNORECASE)
_DEEPEST = 2
_LENGTH = "the length of"
# Values that servers write in a form of their own.
_REWRITTEN = ("date-time", "time", "duration", "email", "uri", "url", "hostname", "ipv6", "byte", "binary", "password")


def difference(
    schemas: Schemas, schema: Any, sent: dict[str, Any], shown: dict[str, Any]
) -> tuple[str, Any, Any] | None:
    """Give the first property that came back as another value: its name, what was sent and what is shown."""
    fitting = (each for each in schemas.alternatives(schema) if schemas.accepts(each, as_json(sent), "request"))
    properties = next(fitting, schemas.flat(schema)).get("properties")
    for name, value in sent.items():
        told = properties.get(name) if isinstance(properties, dict) else {}
        if name in shown and name not in _GIVEN and not _alike(schemas, told, value, shown[name]):
            return name, value, shown[name]
    return None


def _alike(schemas: Schemas, schema: Any, sent: Any, shown: Any) -> bool:  # noqa: PLR0911 - one for each kind of value
    flat = next(schemas.alternatives(schema), {})
    if flat.get("writeOnly") is True or flat.get("format") in _REWRITTEN or isinstance(sent, bytes):
        return _instant(sent) == _instant(shown) if flat.get("format") == "date-time" else True
    if isinstance(sent, dict) and isinstance(shown, dict):
        return difference(schemas, schema, sent, shown) is None
    if isinstance(sent, list) and isinstance(shown, list):
        if all(isinstance(each, dict) for each in (*sent, *shown)):
            items = flat.get("items", {})
            found = (any(difference(schemas, items, one, other) is None for other in shown) for one in sent)
            return len(sent) == len(shown) and all(found)
        # The order of a set is its own, and that of a pair or a point is not.
        plain = all(not isinstance(each, (dict, list)) for each in sent)
        is_fixed = "prefixItems" in flat or (flat.get("minItems", 0) > 1 and flat["minItems"] == flat.get("maxItems"))
        one, other = list(map(_written, sent)), list(map(_written, shown))
        return not plain or (one == other if is_fixed else sorted(one) == sorted(other))
    if isinstance(sent, (dict, list)) or isinstance(shown, (dict, list)):
        return True  # given as an identifier, shown as the thing, or the other way round
    if isinstance(sent, str) and isinstance(shown, str) and flat.get("format") != "decimal":
        return sent.strip().casefold() == shown.strip().casefold()
    if isinstance(sent, bool) or isinstance(shown, bool) or sent is None or shown is None:
        return sent is shown
    try:
        return float(sent) == float(shown)  # a decimal may travel as a text
    except ValueError:
        return False


def _written(value: Any) -> str:
    """Write a value as it is compared: 1 is 1.0."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return stable(float(value) if is_number else value)


def _instant(value: Any) -> Any:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    # Without a zone it is taken as it stands.
    return moment.replace(tzinfo=moment.tzinfo or datetime.UTC).replace(microsecond=0)


def in_common(one: Any, other: Any) -> Any:
    """Give the part of two values that is equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: in_common(one[key], other[key]) for key in one if key in other and _share(one[key], other[key])}
    return one


def _share(one: Any, other: Any) -> bool:
    return one == other or (isinstance(one, dict) and isinstance(other, dict))


def grown(before: Any, after: Any) -> str:
    """Say what a list shows more of than it did, nothing where it does not."""
    told = dict(_sizes(before))
    more = ((name, told.get(name, size), size) for name, size in _sizes(after))
    return next((f"{name} is {now}, and was {then}" for name, then, now in more if now > then), "")


def length(value: Any) -> int:
    """Give how long the longest list of an answer is."""
    return max((size for name, size in _sizes(value) if name.startswith(_LENGTH)), default=0)


def _sizes(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Give how long the lists of an answer are, and what it says of their length."""
    if isinstance(value, list):
        yield f"{_LENGTH} {place or 'the list'}", len(value)
    for name, each in value.items() if isinstance(value, dict) and depth <= _DEEPEST else ():
        if isinstance(each, int) and not isinstance(each, bool) and _COUNTS.search(name):
            yield name, each
        yield from _sizes(each, name, depth + 1)
