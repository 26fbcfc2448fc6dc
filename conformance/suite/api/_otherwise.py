"""A create asked once more, with the other alternatives of what it takes, and with as much as it takes."""

from dataclasses import replace
from itertools import islice

from conformance.suite.api._edges import renewed, variants, widest
from conformance.suite.api._reads import GONE, State
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._steps import compare, names_of, reading
from conformance.suite.api._survey import Ask, Flow, Seen, Survey
from conformance.suite.operations import Operation

_MOST = 4


def otherwise(survey: Survey, found: State, create: Operation, made: Seen, read: Operation) -> Flow:
    """See that what was made of other values can be read as well, and shows them."""
    asks = list(_asks(survey, create, made))
    sent = [each for each in ((yield asks) if asks else ()) if each.succeeded and each.exchange.status != 202]
    named = [(each, names_of(survey, create, each, read)) for each in sent]
    known = [(each, names) for each, names in named if names is not None]
    reads = (yield [reading(survey, read, names) for _, names in known]) if known else []
    for (each, _), seen in zip(known, reads, strict=True):
        if seen.exchange.status in GONE:
            found.unavailable(create, read, seen)
        elif seen.succeeded:
            compare(survey, found, create, each, seen)


def _asks(survey: Survey, create: Operation, made: Seen) -> list[Ask]:
    valid = made.values
    if valid is None or not isinstance(valid.body, dict):
        return []
    wide = widest(create, valid, survey.sampler)
    found = [*islice(variants(create, valid, survey.sampler), _MOST), *([wide] if wide else ())]
    asks = []
    for each in found:
        try:
            # What goes together may have rules of its own: whether it is refused tells nothing.
            fresh = survey.sample(create, valid.bound()).body
            asks.append(Ask(create, replace(each, body=renewed(each.body, valid.body, fresh)), "generated"))
        except Unsampled:
            continue
    return asks
