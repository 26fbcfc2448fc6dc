"""What one exchange shows about the document: a mismatch, None where all is well, False where it says nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.checks import Mismatch
from conformance.suite import described
from conformance.suite.api._samples import kind_of
from conformance.suite.api._survey import Seen, Survey
from conformance.suite.operations import Operation, Response, is_json, pattern
from conformance.suite.schemas import Schemas

Said = Mismatch | bool | None

# What a server or a proxy in front says before the application is asked.
_OF_SERVERS = (405, 413, 414, 415, 417, 429, 431)
# A dependency that is not there is no bug, where the document says that it may be so.
_UNAVAILABLE = (501, 502, 503, 504, 507)
_DEEPEST = 8
# What an object can be written in.
_WRITES_OBJECTS = ("json", "xml", "yaml", "form", "*")


def server_error(_: Survey, seen: Seen) -> Said:
    """Look for a 5xx that is no documented absence of something behind the API."""
    status = seen.exchange.status
    if status is None:
        failure = seen.exchange.failure or ""
        # A slow answer is none of this, and what HTTP cannot carry was not sent.
        silent = seen.exchange.timed_out or failure.startswith("could not be sent")
        return False if silent else Mismatch(seen.exchange, "an answer", seen.exchange.failure or "")
    if status < 500 or (status in _UNAVAILABLE and str(status) in seen.operation.responses):
        return None
    return Mismatch(seen.exchange, "no 5xx", f"{seen.operation.label} answers {status}")


def undocumented_success(survey: Survey, seen: Seen) -> Said:
    """Look for a 2xx or 3xx that the document does not give."""
    status = seen.exchange.status
    if status is None or not 200 <= status < 400 or _is_of_another(survey, seen):
        return False
    if seen.operation.response(status) is not None:
        return None
    return Mismatch(seen.exchange, f"one of the documented statuses: {_statuses(seen.operation)}", f"it is {status}")


def undocumented_error(survey: Survey, seen: Seen) -> Said:
    """Look for a 4xx that the document does not give."""
    status = seen.exchange.status
    if status is None or not 400 <= status < 500 or status in _OF_SERVERS or _is_of_another(survey, seen):
        return False
    if status == 404 and is_absent(survey, seen.operation):
        return False
    if seen.operation.response(status) is not None:
        return None
    return Mismatch(seen.exchange, f"one of the documented statuses: {_statuses(seen.operation)}", f"it is {status}")


def is_absent(survey: Survey, operation: Operation) -> bool:
    """Tell whether nothing is where an operation should be: that is the matter of another requirement."""
    return not operation.path_parameters and all(
        each.exchange.status in (None, 404)
        for each in survey.of(operation)
        if each.exchange.request.method == operation.method
    )


def undocumented_type(survey: Survey, seen: Seen) -> Said:
    """Look for a content type that the document does not give for the status."""
    answer, response = _documented(survey, seen)
    if answer is None or response is None or not answer.body or not response.content or _is_head(seen):
        return False
    if _says_nothing(response) or response.media(answer.media_type) is not None:
        return None
    if answer.status >= 400 and is_json(answer.media_type) and _means_json(survey.schemas, response):
        return None
    expected = f"one of: {', '.join(map(str, response.content))} (document: {response.pointer}/content)"
    return Mismatch(seen.exchange, expected, f"it is {answer.media_type or 'not given'}")


def contradicted_schema(survey: Survey, seen: Seen) -> Said:
    """Look for a body that its documented schema does not accept."""
    # What a 422 holds is the matter of another requirement.
    if seen.exchange.status == 422:
        return False
    return contradiction(survey, seen)


def contradiction(survey: Survey, seen: Seen) -> Said:
    """Hold a JSON body to the schema of its status and content type."""
    answer, response = _documented(survey, seen)
    found = response.media(answer.media_type) if answer and response else None
    if answer is None or response is None or found is None or answer.truncated or _is_head(seen):
        return False
    written, holds = found
    if "schema" not in holds or not is_json(answer.media_type):
        return False
    expected = f"a body of its documented schema ({response.pointer}/content/{written.replace('/', '~1')}/schema)"
    try:
        value = answer.json()
    except (ValueError, RecursionError):
        return Mismatch(seen.exchange, expected, "its body is no JSON")
    said = survey.schemas.contradiction(holds["schema"], value)
    return None if said is None else Mismatch(seen.exchange, expected, f"at {said[0]}: {said[1]}")


def undeclared_property(survey: Survey, seen: Seen) -> Said:
    """Look for a property of a successful answer that its schema does not declare."""
    answer, response = _documented(survey, seen)
    found = response.media(answer.media_type) if answer and response else None
    if not seen.succeeded or answer is None or response is None or found is None or not is_json(answer.media_type):
        return False
    try:
        value = answer.json()
    except (ValueError, RecursionError):
        return False
    place = next(_undeclared(survey.schemas, found[1].get("schema"), value, "", 0), None)
    if place is None:
        return None
    return Mismatch(
        seen.exchange, f"only declared properties (document: {response.pointer})", f"{place} is not declared"
    )


def missing_header(survey: Survey, seen: Seen) -> Said:
    """Look for a required response header that is missing or of another type."""
    answer, response = _documented(survey, seen)
    listed = response.definition.get("headers") if response else None
    if answer is None or response is None or not isinstance(listed, dict):
        return False
    judged = False
    for name, found in listed.items():
        definition = survey.schemas.follow(found)
        lines = answer.lines(str(name))
        if definition.get("required") is not True or str(name).lower() == "content-type":
            continue
        judged = True
        expected = f"a header {name} (document: {response.pointer}/headers/{name})"
        if not lines:
            return Mismatch(seen.exchange, expected, "it is missing")
        schema = definition.get("schema")
        if schema is not None and not any(survey.schemas.accepts(schema, each, "response") for each in _read(lines)):
            return Mismatch(seen.exchange, f"{expected} of its schema", f"it is {', '.join(lines)}")
    return None if judged else False


def _documented(survey: Survey, seen: Seen) -> tuple[Any, Response | None]:
    answer = seen.exchange.answer
    if answer is None or answer.status >= 500 or _is_of_another(survey, seen):
        return None, None
    return answer, seen.operation.response(answer.status)


def _is_head(seen: Seen) -> bool:
    return seen.operation.method == "HEAD"


def _is_of_another(survey: Survey, seen: Seen) -> bool:
    """Tell whether an answer is none of the operation's own.

    It may lead to the same path with another end (RFC 9110, section 15.4), be of another path where a
    generated value is read as one, or refuse a body that cannot be read.
    """
    answer, request = seen.exchange.answer, seen.exchange.request
    if answer is None or answer.status == 304 or request.method != seen.operation.method:
        return True
    if 300 <= answer.status < 400:
        there, here = urlsplit(answer.header("location") or "").path, urlsplit(seen.exchange.url).path
        return there.rstrip("/") == here.rstrip("/")
    path = request.path.removeprefix(survey.prefix)
    if seen.origin == "generated" and described.leads_elsewhere(path, seen.operation.template):
        return True
    if answer.status == 404 and not _fits_its_path(survey, seen.operation, path):
        # To a router that knows the type of a parameter this is no path, and its 404 is not the operation's.
        return True
    unreadable = request.body is not None and "json" in (request.header("content-type") or "")
    return answer.status == 400 and unreadable and not described.is_readable(request)


def _fits_its_path(survey: Survey, operation: Operation, path: str) -> bool:
    """Tell whether every parameter in a path is of its schema, read as a text or as another value."""
    match = re.fullmatch(pattern(operation.template, "([^/]*)"), path.partition("?")[0])
    told = map(unquote, match.groups()) if match else ()
    return all(
        any(survey.schemas.accepts(each.schema, value, "request") for value in (text, _value(text)))
        for each, text in zip(operation.path_parameters, told, strict=False)
    )


def _says_nothing(response: Response) -> bool:
    """Tell whether the only content is JSON of any kind: what a framework writes where nobody said anything."""
    schemas = [holds.get("schema", {}) if isinstance(holds, dict) else {} for holds in response.content.values()]
    return list(response.content) == ["application/json"] and schemas in ([{}], [True])


def _means_json(schemas: Schemas, response: Response) -> bool:
    """Tell whether a model stands under a type that writes none.

    FastAPI gives the errors of a route the type of its ``response_class``, and answers them in JSON.
    """
    kinds = [str(kind).lower() for kind in response.content]
    models = (schemas.flat(holds.get("schema")) for holds in response.content.values() if isinstance(holds, dict))
    return not any(word in kind for kind in kinds for word in _WRITES_OBJECTS) and all(
        kind_of(model) == "object" for model in models
    )


def _statuses(operation: Operation) -> str:
    return f"{', '.join(operation.responses) or 'none'} (document: {operation.pointer}/responses)"


def _read(lines: list[str]) -> Iterator[Any]:
    """Read a header as text, as another value, and as a list: several lines are one (RFC 9110, section 5.3)."""
    told = ", ".join(lines)
    parts = [part.strip() for part in told.split(",")]
    yield from (*lines, _value(told), parts, [_value(part) for part in parts])


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _undeclared(schemas: Schemas, schema: Any, value: Any, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    fitting = [each for each in schemas.alternatives(schema) if schemas.accepts(each, value, "response")]
    if isinstance(value, list):
        for n, each in enumerate(value[:20]):
            if len(fitting) == 1 and "items" in fitting[0]:
                yield from _undeclared(schemas, fitting[0]["items"], each, f"{place}/{n}", depth + 1)
        return
    if not isinstance(value, dict) or not fitting or any(_is_open(each) for each in fitting):
        return
    for name, each in value.items():
        declared = [found["properties"][name] for found in fitting if name in found["properties"]]
        if not declared:
            yield f"{place}/{name}"
        elif len(fitting) == 1:
            yield from _undeclared(schemas, declared[0], each, f"{place}/{name}", depth + 1)


def _is_open(schema: dict[str, Any]) -> bool:
    extra = schema.get("additionalProperties", False)
    named = isinstance(schema.get("properties"), dict) and schema["properties"]
    return not named or extra is True or isinstance(extra, dict) or "patternProperties" in schema or "not" in schema
