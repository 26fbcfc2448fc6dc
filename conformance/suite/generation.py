"""Requests that schemathesis generates from a document, written down for the kit's own client."""

import contextlib
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from conformance.checks import Mismatch, expect
from conformance.exchange import Request, segment
from conformance.properties import Draws
from conformance.strategies import LARGEST
from conformance.suite.documents import Document, local

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOWHERE = "http://target.invalid"
_DRAWN = {"quick": 4, "standard": 8, "deep": 40}
# Integers this small may be the ids of things that are not the run's to change.
_PLAUSIBLE_ID = re.compile(r"^[1-9]\d{0,11}$")
_MOST_COVERAGE = 60
_PART = re.compile(rb"--[^\r\n]+\r\nContent-Disposition:", re.IGNORECASE)
_CONTROL_IN_HEADER = re.compile(rb"\r\nContent-Disposition:[^\r\n]*[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", re.IGNORECASE)
# Headers of the generator's own client, which the kit's client says for itself.
_OWN_HEADERS = {"user-agent", "accept-encoding", "connection", "accept", "content-length", "x-schemathesis-testcaseid"}


def prepare() -> None:
    """Have Hypothesis make its tables of Unicode, or load those of an earlier run.

    Making them takes more memory than any work on a document may, and is no document's fault.
    """
    st.characters(codec="utf-8", categories=["Lu"]).validate()


def planned(document: Document, operation: Any, draws: Draws, headers: dict[str, str]) -> Iterator[Request]:
    """Give the generated requests of an operation: schemathesis' coverage, drawn ones, and values from the edges."""
    cases = (parts for case in _generate(draws, operation) for parts in written(case))
    requests = (request_of(parts, document.relative, headers) for parts in chain(cases, _variants(operation)))
    yield from dict.fromkeys(each for each in requests if each is not None and within_the_contract(each))


def operations(document: Document) -> list[Any]:
    """Give schemathesis' operations of a document.

    Raises Mismatch where it cannot load it.
    """
    # The loader would fetch what a reference names, from whatever host.
    inside = local(document.root)
    expect(inside, document.exchange, "a document that requests can be made from", "it refers to another document")
    try:
        return loaded(document.root)
    except Exception as error:  # noqa: BLE001 - whatever a document that cannot be loaded raises
        raise Mismatch(
            document.exchange, "a document that requests can be made from", f"{type(error).__name__}: {error}"
        ) from None


def loaded(root: dict[str, Any]) -> list[Any]:
    """Load a document into schemathesis and give its operations, but for those that it cannot read."""
    import schemathesis
    from schemathesis.core.result import Ok

    schema = schemathesis.openapi.from_dict(root)
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return [operation for operation in found if operation.method.upper() in METHODS]


def _generate(run: Draws, operation: Any) -> Iterator[Any]:
    yield from coverage(operation, _MOST_COVERAGE)
    # Its coverage holds invalid requests of every kind: drawing more of them costs most of a run's time.
    for valid in (True, False) if run.effort == "deep" else (True,):
        yield from drawn(run, operation, _DRAWN[run.effort], valid=valid)


def coverage(operation: Any, most: int) -> Iterator[Any]:
    """Give schemathesis' coverage cases of an operation, valid and invalid ones."""
    from schemathesis.generation import GenerationMode

    yield from islice(_covering(operation, [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]), most)


def _covering(operation: Any, modes: list[Any]) -> Iterator[Any]:
    config = operation.schema.config.generation
    # Hypothesis does not know everything that a pattern may hold.
    with contextlib.suppress(NotImplementedError):
        yield from operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)


def drawn(run: Draws, operation: Any, count: int, *, valid: bool = True) -> Iterator[Any]:
    """Draw cases of an operation: of one seed for all requirements, so that they may share what was sent."""
    from hypothesis.errors import HypothesisException
    from schemathesis.generation import GenerationMode
    from schemathesis.generation.feedback import NO_FEEDBACK

    if not count:
        return
    mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
    # Of some patterns there is no value, and others it does not know.
    with contextlib.suppress(HypothesisException, NotImplementedError):
        strategy = operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK)
        yield from replace(run, name=f"generated {operation.label}").examples(strategy, count)


def _variants(operation: Any) -> Iterator[dict[str, Any]]:
    """Take one valid request and put values from the edges into each of its places in turn."""
    from schemathesis.generation import GenerationMode

    valid = next(_covering(operation, [GenerationMode.POSITIVE]), None)
    if valid is None:
        return
    parts = valid.as_transport_kwargs(base_url=NOWHERE)
    for name, found in (valid.path_parameters or {}).items():
        for value in _edges(found):
            changed = operation.path.replace("{" + name + "}", segment(value))
            if "{" not in changed:
                yield {**parts, "url": NOWHERE + changed}
    for place in ("params", "json"):
        given = parts.get(place)
        for name, found in given.items() if isinstance(given, dict) else ():
            # A query may name a parameter without a value, and twice.
            more = ("", [found, found]) if place == "params" else ()
            for value in (*_edges(found), *more):
                yield {**parts, place: {**given, name: value}}


def _edges(found: Any) -> tuple[Any, ...]:
    numbers = (0, -1, 1, 2**31, LARGEST)
    if isinstance(found, bool):
        return ()
    if isinstance(found, (int, float)):
        return numbers
    texts = ("0", "-1", "'", "%", "{}", "(*[\\", "x" * 1000) if isinstance(found, str) else ()
    # What a path and a query write as a number may be any text.
    return (*numbers, *texts) if isinstance(found, str) and re.fullmatch(r"-?\d+", found) else texts


def written(case: Any) -> Iterator[dict[str, Any]]:
    """Write a generated case down as what requests takes; nothing where it cannot be."""
    # What cannot be written down as a request cannot be sent.
    with contextlib.suppress(UnicodeError, ValueError, TypeError):
        yield case.as_transport_kwargs(base_url=NOWHERE)


def request_of(
    parts: dict[str, Any], relative: Callable[[str], str], bearer: dict[str, str], *, aside: bool = True
) -> Request | None:
    """Write a request for the kit's client, None where it cannot be sent; ``aside`` of what may be somebody's."""
    import requests

    try:
        prepared = requests.Request(**parts).prepare()
    except (UnicodeError, ValueError, TypeError, requests.RequestException):
        return None
    path = relative((prepared.url or "").removeprefix(NOWHERE))
    headers = {str(k): str(v) for k, v in prepared.headers.items() if str(k).lower() not in _OWN_HEADERS}
    method = str(prepared.method).upper()
    if method not in METHODS:
        return None
    if "authorization" not in {name.lower() for name in headers}:
        headers |= bearer
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    return Request(method, _aside(method, path) if aside else path, tuple(headers.items()), body)


def _aside(method: str, path: str) -> str:
    """Point what changes or removes a thing away from ids that may be somebody else's."""
    if method not in ("PUT", "PATCH", "DELETE"):
        return path
    plain, mark, query = path.partition("?")
    steps = [str(LARGEST - 1) if _PLAUSIBLE_ID.match(step) else step for step in plain.split("/")]
    return "/".join(steps) + mark + query


def within_the_contract(request: Request) -> bool:
    """Leave out what the contract leaves out: lone surrogates, NUL, and numbers over 53 bits."""
    kind = (request.header("content-type") or "").lower()
    if kind.startswith("multipart/") and not _is_form(request.body or b""):
        return False
    texts = [unquote(step, errors="surrogateescape") for step in re.split(r"[/?&=]", request.path)]
    if any(_outside(text) for text in texts):
        return False
    try:
        value = json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return b"\\u0000" not in (request.body or b"")
    return not _outside(value)


def _is_form(body: bytes) -> bool:
    """Tell whether a body is a multipart form: parts have heads, without control characters (RFC 7578, RFC 9110)."""
    return bool(_PART.match(body)) and not _CONTROL_IN_HEADER.search(body)


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
