"""Requests that schemathesis generates from the target's document, sent by the kit's own client."""

import contextlib
import json
import math
import re
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote

from conformance.checks import fail
from conformance.client import Client
from conformance.exchange import Exchange, Request, segment
from conformance.properties import Api
from conformance.strategies import LARGEST
from conformance.suite.guide import _access, _document

_DRAWN = {"quick": 4, "standard": 8, "deep": 40}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Integers this small may be the ids of things that are not the run's to change.
_PLAUSIBLE_ID = re.compile(r"^[1-9]\d{0,11}$")
_WAITING = re.compile(r"[?&](?:delay|work|interval)=")
# The first counts its callers; the others are not part of what they describe.
_LEFT_OUT = ("/limited", "/docs", "/redoc", "/openapi.json")
_WHOLE = 4.0
_MOST_COVERAGE = 60
_NOWHERE = "http://target.invalid"
# Headers of the generator's own client, which the kit's client says for itself.
_OWN_HEADERS = {"user-agent", "accept-encoding", "connection", "accept", "content-length", "x-schemathesis-testcaseid"}


@dataclass(frozen=True)
class Case:
    """A generated request, its exchange, and the operation that it was generated for."""

    label: str
    operation: Any
    exchange: Exchange

    def contradiction(self) -> str | None:
        """Say how the body contradicts the schema of its documented status and content type."""
        answer = self.exchange.answer
        if answer is None or answer.truncated:
            return None
        validator = _documented_validator(self.operation, answer.status, answer.media_type)
        if validator is None:
            return None
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            return "it is no JSON"
        error = next(iter(validator.iter_errors(value)), None)
        if error is None:
            return None
        place = "/".join(str(step) for step in error.instance_path)
        return f"at {place or 'the top'}: {error.message[:300]}"


    def documented_statuses(self) -> list[str]:
        """Give the statuses that are documented for the operation, as they are written."""
        return [str(status) for status in self.operation.responses.status_codes]

    def status_is_documented(self) -> bool:
        """Tell whether the answer's status is documented, by itself, as a class or by default."""
        answer = self.exchange.answer
        return answer is None or self.operation.responses.find_by_status_code(answer.status) is not None

    def undocumented_type(self) -> str | None:
        """Say which content type came that the document does not give for the answer's status."""
        answer = self.exchange.answer
        response = self.operation.responses.find_by_status_code(answer.status) if answer else None
        if answer is None or response is None or not answer.body:
            return None
        content = response.definition.get("content")
        kinds = {str(kind).partition(";")[0].strip().lower() for kind in content} if isinstance(content, dict) else set()
        main = answer.media_type.partition("/")[0]
        known = bool(kinds & {answer.media_type, f"{main}/*", "*/*"})
        return None if known else f"it is {answer.media_type or 'missing'}, documented are: {', '.join(kinds) or 'none'}"

    def is_beside_the_operation(self) -> bool:
        """Tell whether the answer is none of the operation's own (contract, section 19)."""
        answer, request = self.exchange.answer, self.exchange.request
        if answer is None or answer.status in (405, 414, 431) or 300 <= answer.status < 400:
            return True
        if answer.status == 404 and _leads_elsewhere(request.path, self.operation.path):
            return True
        return answer.status == 400 and request.body is not None and not _is_readable(request)


def _leads_elsewhere(path: str, template: str) -> bool:
    plain = path.partition("?")[0]
    encoded = re.search(r"%2f|%5c|%2e", plain, re.IGNORECASE) is not None
    return encoded or "//" in plain or "/." in plain or plain.count("/") != template.count("/") or plain.endswith("/")


def _is_readable(request: Request) -> bool:
    try:
        json.loads((request.body or b"").decode())
    except (ValueError, RecursionError):
        return False
    return True


_SENT: "weakref.WeakKeyDictionary[Client, list[Case]]" = weakref.WeakKeyDictionary()


def cases(api: Api) -> list[Case]:
    """Send the generated requests, once for both requirements that look at their answers.

    What is tried again is sent again. Raises Mismatch when the document cannot be used.
    """
    if api.client not in _SENT or api.confirming:
        _SENT[api.client] = _send(api)
    return _SENT[api.client]


def _send(api: Api) -> list[Case]:
    document = _document.fetch(api)
    bearer = _access.bearer_headers(api)
    planned: list[tuple[Any, Request]] = []
    for operation in _operations(document):
        written = (parts for case in _generate(api, operation) for parts in _written(case))
        for parts in chain(written, _variants(operation)):
            request = _request(parts, document, bearer)
            if request is not None and _within_the_contract(request):
                planned.append((operation, request))
    exchanges = api.send_all([request for _, request in planned], whole=_WHOLE)
    return [Case(op.label, op, exchange) for (op, _), exchange in zip(planned, exchanges, strict=True)]


def _operations(document: _document.Document) -> list[Any]:
    import schemathesis
    from schemathesis.core.result import Ok

    try:
        schema = schemathesis.openapi.from_dict(document.root)
        found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    except Exception as error:  # noqa: BLE001 - whatever a document that cannot be loaded raises
        fail(document.exchange, "a document that requests can be made from", f"{type(error).__name__}: {error}")
    return [operation for operation in found if operation.method.upper() in _METHODS]


def _generate(api: Api, operation: Any) -> Iterator[Any]:
    from hypothesis.errors import HypothesisException
    from schemathesis.generation import GenerationMode
    from schemathesis.generation.feedback import NO_FEEDBACK

    # One seed for both requirements, so that they may share what was sent.
    draws = replace(api.draws, name=f"generated {operation.label}")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = operation.schema.config.generation
    yield from islice(
        operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config),
        _MOST_COVERAGE,
    )
    for mode in modes if _DRAWN[api.draws.effort] else ():
        with contextlib.suppress(HypothesisException):
            strategy = operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK)
            yield from draws.examples(strategy, _DRAWN[api.draws.effort])


def _variants(operation: Any) -> Iterator[dict[str, Any]]:
    """Take one valid request and put values from the edges into each of its places in turn."""
    from schemathesis.generation import GenerationMode

    config = operation.schema.config.generation
    modes = [GenerationMode.POSITIVE]
    valid = next(iter(operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)), None)
    if valid is None:
        return
    parts = valid.as_transport_kwargs(base_url=_NOWHERE)
    for name, found in (valid.path_parameters or {}).items():
        for value in _edges(found):
            changed = operation.path.replace("{" + name + "}", segment(value))
            if "{" not in changed:
                yield {**parts, "url": _NOWHERE + changed}
    for place in ("params", "json"):
        given = parts.get(place)
        for name, found in given.items() if isinstance(given, dict) else ():
            for value in _edges(found):
                yield {**parts, place: {**given, name: value}}


def _edges(found: Any) -> tuple[Any, ...]:
    if isinstance(found, bool):
        return ()
    if isinstance(found, (int, float)) or (isinstance(found, str) and re.fullmatch(r"-?\d+", found)):
        return (0, -1, 1, 2**31, LARGEST)
    return ("0", "-1", "'", "%", "{}", "x" * 1000) if isinstance(found, str) else ()


def _written(case: Any) -> Iterator[dict[str, Any]]:
    # What cannot be written down as a request cannot be sent.
    with contextlib.suppress(UnicodeError, ValueError, TypeError):
        yield case.as_transport_kwargs(base_url=_NOWHERE)


def _request(parts: dict[str, Any], document: _document.Document, bearer: dict[str, str]) -> Request | None:
    import requests

    try:
        prepared = requests.Request(**parts).prepare()
    except (UnicodeError, ValueError, TypeError, requests.RequestException):
        return None
    path = document.relative((prepared.url or "").removeprefix(_NOWHERE))
    headers = {str(k): str(v) for k, v in prepared.headers.items() if str(k).lower() not in _OWN_HEADERS}
    method = str(prepared.method).upper()
    if method not in _METHODS or _WAITING.search(path) or path.partition("?")[0] in _LEFT_OUT:
        return None
    if "authorization" not in {name.lower() for name in headers}:
        headers |= bearer
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    return Request(method, _aside(method, path), tuple(headers.items()), body)


def _aside(method: str, path: str) -> str:
    """Point what changes or removes a thing away from ids that may be somebody else's."""
    if method not in ("PUT", "PATCH", "DELETE"):
        return path
    plain, mark, query = path.partition("?")
    steps = [str(LARGEST - 1) if _PLAUSIBLE_ID.match(step) else step for step in plain.split("/")]
    return "/".join(steps) + mark + query


def _within_the_contract(request: Request) -> bool:
    """Leave out what the contract leaves out: lone surrogates, NUL, and numbers over 53 bits."""
    kind = (request.header("content-type") or "").lower()
    if kind.startswith("multipart/") and not (request.body or b"").startswith(b"--"):
        return False
    texts = [unquote(step, errors="surrogateescape") for step in re.split(r"[/?&=]", request.path)]
    if any(_outside(text) for text in texts):
        return False
    try:
        value = json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return b"\\u0000" not in (request.body or b"")
    return not _outside(value)


def _outside(value: Any) -> bool:
    if isinstance(value, str):
        lone = any("\ud800" <= c <= "\udfff" or c == "\0" for c in value)
        return lone or (re.fullmatch(r"[+-]?\d+", value) is not None and abs(int(value[:40])) > LARGEST)
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int):
        return abs(value) > LARGEST
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(_outside(each) for pair in value.items() for each in pair)
    return any(_outside(each) for each in value)


def _documented_validator(operation: Any, status: int, media_type: str) -> Any:
    """Give the validator of a JSON answer, None where its status or content type is not documented."""
    response = operation.responses.find_by_status_code(status)
    content = response.definition.get("content") if response is not None else None
    if not isinstance(content, dict) or media_type not in {str(kind).partition(";")[0].lower() for kind in content}:
        return None
    if media_type != "application/json" and not media_type.endswith("+json"):
        return None
    try:
        resolved = response.get_schema(media_type)
        return response.get_validator(resolved.media_type, resolved.schema, validate_formats=False)
    except Exception:  # noqa: BLE001 - a schema that cannot be used is openapi-valid's matter
        return None
