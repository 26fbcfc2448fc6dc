"""Requests of every kind for every operation: valid ones from the edges, broken ones, and generated ones."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from conformance.deadline import TookTooLong, within
from conformance.exchange import Request
from conformance.suite import generation
from conformance.suite.api._broken import Broken, broken
from conformance.suite.api._edges import edges, renewed, variants
from conformance.suite.api._identifiers import stable
from conformance.suite.api._own_account import left_alone
from conformance.suite.api._parts import spread
from conformance.suite.api._requests import Values, present, write
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._state import state
from conformance.suite.api._survey import Ask, Survey
from conformance.suite.operations import Operation

# For each operation, by effort.
_MOST_FINE = {"quick": 20, "standard": 40, "deep": 200}
_MOST_BROKEN = {"quick": 30, "standard": 80, "deep": 400}
_MOST_COVERAGE = {"quick": 8, "standard": 24, "deep": 150}
_MOST_DRAWN = {"quick": 0, "standard": 3, "deep": 30}
_MOST_EDGES = 400
_DEEPEST = 4
# Of what a create made.
_MOST_READ = 12
# For each operation; and how many may take longer before the rest goes without.
_GENERATED_SECONDS = 20
_MOST_GIVEN_UP = 3


def study(survey: Survey) -> None:
    """Send what the requirements about input and answers look at; once."""
    survey.once("study", _study)


def _study(survey: Survey) -> bool:
    state(survey)

    def most(of: dict[str, int], least: int = 1) -> int:
        return max(least, int(of[survey.api.draws.effort] * survey.attention))

    asks: list[Ask] = []
    for operation in (each for each in survey.studied if not left_alone(each)):
        asks += _again(survey, operation)
        valid = values_of(survey, operation)
        if valid is None:
            continue
        fine = list(islice(edges(operation, valid, survey.sampler), _MOST_EDGES))
        if operation.method != "GET":
            # What is made elsewhere is neither found nor removed again.
            fine = [each for each in fine if not survey.parameters.are_elsewhere(each, valid)]
        asks += _valid(survey, operation, valid, spread(fine, most(_MOST_FINE)))
        wrong = list(_broken(survey, operation, valid))
        asks += [Ask(operation, each.values, "broken", each) for each in spread(wrong, most(_MOST_BROKEN))]
    survey.ask(asks)
    survey.ask(list(_readings(survey)))
    survey.send(_generated(survey, most(_MOST_COVERAGE), most(_MOST_DRAWN, 0)), "generated")
    return True


def _broken(survey: Survey, operation: Operation, valid: Values) -> Iterator[Broken]:
    """Break valid values, and of other alternatives of the body what the first has not."""
    told = set()
    for each in (valid, *variants(operation, valid, survey.sampler)):
        found = [one for one in broken(operation, each, survey.schemas) if (one.place, one.part, one.rule) not in told]
        told |= {(one.place, one.part, one.rule) for one in found}
        yield from found


def _readings(survey: Survey) -> Iterator[Ask]:
    """Read some of what was made of values from the edges: it may look otherwise than what was made first."""
    for create in (each for each in survey.studied if each.method == "POST"):
        made = [each for each in survey.of(create, "valid") if each.exchange.status in (200, 201)]
        unlike = list({stable(_shape(each.exchange.value)): each for each in made}.values())
        for read in survey.below(create, "GET")[:1]:
            for each in spread(unlike, _MOST_READ):
                bound = each.values.bound() if each.values else {}
                names = survey.names_of(create, bound, each.exchange.answer, read)
                with contextlib.suppress(Unsampled):
                    if names is not None:
                        yield Ask(read, survey.sample(read, names, whole=False), "valid")


def _shape(value: Any, depth: int = 0) -> Any:
    """Give a value without what it says: its names, and what kinds of values they have."""
    if depth > _DEEPEST or not isinstance(value, (dict, list)):
        return type(value).__name__
    if isinstance(value, list):
        return [_shape(each, depth + 1) for each in value[:1]]
    return {name: _shape(each, depth + 1) for name, each in value.items()}


def _valid(survey: Survey, operation: Operation, valid: Values, fine: list[Values]) -> Iterator[Ask]:
    """Ask with valid values from the edges; a create each time for a new thing, as names may have to be unique."""
    renews = operation.method == "POST" and isinstance(valid.body, dict)
    for each in fine if operation.method != "DELETE" else ():
        if not renews:
            yield Ask(operation, each, "valid")
        elif operation.label in survey.renewable:
            with contextlib.suppress(Unsampled):
                fresh = survey.sample(operation, valid.bound()).body
                yield Ask(operation, replace(each, body=renewed(each.body, valid.body, fresh)), "valid")
        else:
            # Whether it is refused for what is there already cannot be told.
            yield Ask(operation, each, "generated")


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
    if seen is not None and seen.values is not None and operation.method != "DELETE":
        return _of_what_is_there(survey, operation, seen.values)
    bound = next(iter(survey.bindings(operation)), None) if operation.method != "DELETE" else None
    with contextlib.suppress(Unsampled):
        return survey.sample(operation, bound)
    return None


def _of_what_is_there(survey: Survey, operation: Operation, values: Values) -> Values:
    """Put another thing in place of one that was removed since, where there is another."""
    path = write(operation, values, survey.prefix).path.partition("?")[0]
    if not any(f"{path}/".startswith(f"{gone}/") for gone in survey.removed):
        return values
    bound = next(iter(survey.bindings(operation)), {})
    return replace(values, parameters={**values.parameters, **{("path", name): each for name, each in bound.items()}})


def _generated(survey: Survey, coverage: int, drawn: int) -> Iterator[tuple[Operation, Request]]:
    """Give what schemathesis makes of the document, with identifiers that were seen in half of the paths."""
    by_label = {each.label: each for each in survey.studied}
    given_up = 0
    generation.prepare()
    for found in generation.loaded(survey.contract.root):
        operation = by_label.get(f"{found.method.upper()} {survey.relative(found.path)}")
        # What was taken out of a body would be in it again.
        if operation is None or left_alone(operation) or operation.label in survey.lessened:
            continue
        try:
            made = _cases(survey, found, coverage, drawn)
        except TookTooLong:
            survey.api.tell(f"{operation.label} goes without generated requests: its schemas take too long")
            given_up += 1
            if given_up == _MOST_GIVEN_UP:
                return
            continue
        valid = values_of(survey, operation)
        credential = survey.access.credential(operation)
        # Methods that the path does not declare are asked for where nothing can be harmed.
        cases = (each for each in made if each.method.upper() == operation.method)
        for n, case in enumerate(cases):
            # What a DELETE is generated for may be somebody else's.
            bound = valid.bound() if valid is not None and n % 4 and operation.method != "DELETE" else {}
            if bound:
                case.path_parameters = {**(case.path_parameters or {}), **bound}
            for parts in generation.written(case):
                request = generation.request_of(
                    parts, lambda path: survey.prefix + survey.relative(path), {}, aside=not bound
                )
                if request is not None and generation.within_the_contract(request):
                    yield operation, present(request, credential) if credential else request


def _cases(survey: Survey, found: Any, coverage: int, drawn: int) -> list[Any]:
    """Make an operation's cases.

    Raises TookTooLong.
    """
    from hypothesis.errors import HypothesisException

    # Whatever the generator trips over in a document is the document's matter.
    tripped = (HypothesisException, RecursionError, ValueError, TypeError, KeyError)
    cases: list[Any] = []
    with within(_GENERATED_SECONDS):
        with contextlib.suppress(*tripped):
            cases += generation.coverage(found, coverage)
        with contextlib.suppress(*tripped):
            cases += generation.drawn(survey.api.draws, found, drawn)
    return cases
