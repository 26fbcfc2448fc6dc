"""Requests of every kind for every operation: valid ones from the edges, broken ones, and generated ones."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from conformance.exchange import Request
from conformance.suite import generation
from conformance.suite.api._broken import broken
from conformance.suite.api._operations import Operation
from conformance.suite.api._parts import spread
from conformance.suite.api._requests import OMITTED, Values, plain, present
from conformance.suite.api._samples import Unsampled, as_json, bounds, kind_of
from conformance.suite.api._state import state
from conformance.suite.api._survey import Ask, Survey
from conformance.suite.schemas import Schemas

# For each operation, by effort.
_MOST_FINE = {"quick": 20, "standard": 40, "deep": 200}
_MOST_BROKEN = {"quick": 30, "standard": 80, "deep": 400}
_MOST_COVERAGE = {"quick": 8, "standard": 24, "deep": 150}
_MOST_DRAWN = {"quick": 0, "standard": 3, "deep": 30}
_LONGEST = 2000
_MOST_EDGES = 400
_TEXTS = ("Ünïcödé 漢字 🚀", "漢字", "é")


def study(survey: Survey) -> None:
    """Send what the requirements about input and answers look at; once."""
    survey.once("study", _study)


def _study(survey: Survey) -> bool:
    state(survey)

    def most(of: dict[str, int], least: int = 1) -> int:
        return max(least, int(of[survey.api.draws.effort] * survey.attention))

    asks: list[Ask] = []
    for operation in survey.studied:
        asks += _again(survey, operation)
        valid = values_of(survey, operation)
        if valid is None:
            continue
        fine = spread(list(islice(_fine(operation, valid, survey.schemas), _MOST_EDGES)), most(_MOST_FINE))
        # What makes something is tried with less of it.
        asks += [Ask(operation, each, "valid") for each in fine if operation.method != "DELETE"]
        wrong = list(broken(operation, valid, survey.schemas))
        asks += [Ask(operation, each.values, "broken", each) for each in spread(wrong, most(_MOST_BROKEN))]
    survey.ask(asks)
    survey.send(_generated(survey, most(_MOST_COVERAGE), most(_MOST_DRAWN, 0)), "generated")
    return True


def _again(survey: Survey, operation: Operation) -> Iterator[Ask]:
    """Ask for a list once more with nothing that narrows it, now that the run has made something."""
    if operation.method == "GET" and operation.label in survey.accepted:
        with contextlib.suppress(Unsampled):
            bound = next(iter(survey.bindings(operation)), None)
            yield Ask(operation, survey.sample(operation, bound, whole=False), "valid")


def values_of(survey: Survey, operation: Operation) -> Values | None:
    """Give the values of an operation that were accepted, or that are as good as the run can make them."""
    if operation.label in survey.spares:
        return survey.spares[operation.label]
    seen = survey.accepted.get(operation.label)
    if seen is not None and operation.method != "DELETE":
        return seen.values
    bound = next(iter(survey.bindings(operation)), None) if operation.method != "DELETE" else None
    with contextlib.suppress(Unsampled):
        return survey.sample(operation, bound)
    return None


def _fine(operation: Operation, valid: Values, schemas: Schemas) -> Iterator[Values]:
    """Give valid values from the edges: bounds, lengths, every choice, and what may be left out."""
    for parameter in operation.parameters:
        place, name = parameter.place, parameter.name
        if place == "path" or parameter.is_json:
            continue
        if not parameter.required and (place, name) in valid.parameters:
            yield valid.but(place, name, OMITTED)
        for value in _edges(parameter.schema, schemas):
            if 0 < len(plain(value)) <= _LONGEST and value is not None and not isinstance(value, (list, dict)):
                yield valid.but(place, name, value)
    if operation.body is None or not isinstance(valid.body, dict):
        return
    flat = next(schemas.alternatives(operation.body.schema), {})
    properties, required = flat.get("properties"), flat.get("required")
    is_json = "json" in operation.body.media_type
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        changes = [OMITTED] if name in valid.body and name not in (required or ()) else []
        changes += [value for value in _edges(schema, schemas) if is_json or (value is not None and value != "")]
        for value in changes:
            body = {key: each for key, each in valid.body.items() if key != name}
            body |= {} if value is OMITTED else {name: value}
            if schemas.accepts(operation.body.schema, as_json(body), "request"):
                yield replace(valid, body=body)


def _edges(schema: Any, schemas: Schemas) -> list[Any]:
    flat = next(schemas.alternatives(schema), {})
    if flat.get("readOnly") is True:
        return []
    found: list[Any] = []
    kind = kind_of(flat)
    if isinstance(flat.get("enum"), list):
        found = flat["enum"][:6]
    elif kind == "boolean":
        found = [True, False]
    elif kind in ("integer", "number"):
        found = [each for each in bounds(flat, kind) if each is not None]
        found = [int(each) if kind == "integer" else each for each in found if abs(each) < 2**53]
    elif kind == "string" and not {"pattern", "format", "contentMediaType"} & set(flat):
        least, most = flat.get("minLength", 1), flat.get("maxLength")
        sizes = [size for size in (least, most) if isinstance(size, int) and 0 < size <= _LONGEST]
        found = [text for text in _TEXTS if schemas.accepts(schema, text, "request")][:1] + [
            "x" * size for size in sizes
        ]
    if schemas.accepts_null(schema) and "type" in str(schema):
        found.append(None)
    return [each for each in found if schemas.accepts(schema, each, "request")]


def _generated(survey: Survey, coverage: int, drawn: int) -> Iterator[tuple[Operation, Request]]:
    """Give what schemathesis makes of the document, with identifiers that were seen in half of the paths."""
    by_label = {each.label: each for each in survey.studied}
    for found in generation.loaded(survey.contract.root):
        operation = by_label.get(f"{found.method.upper()} {found.path}")
        if operation is None:
            continue
        valid = values_of(survey, operation)
        credential = survey.credential(operation)
        for n, case in enumerate(_cases(survey, found, coverage, drawn)):
            bound = valid.bound() if valid is not None and n % 4 else {}
            if bound and operation.method != "DELETE":
                case.path_parameters = {**(case.path_parameters or {}), **bound}
            for parts in generation.written(case):
                request = generation.request_of(parts, lambda path: survey.prefix + path, {}, aside=not bound)
                if request is not None and generation.within_the_contract(request):
                    yield operation, present(request, credential) if credential else request


def _cases(survey: Survey, found: Any, coverage: int, drawn: int) -> Iterator[Any]:
    from hypothesis.errors import HypothesisException

    # Whatever the generator trips over in a document is the document's matter.
    tripped = (HypothesisException, RecursionError, ValueError, TypeError, KeyError)
    with contextlib.suppress(*tripped):
        yield from generation.coverage(found, coverage)
    with contextlib.suppress(*tripped):
        yield from generation.drawn(survey.api.draws, found, drawn)
