"""What a refused write leaves as it was."""

import re
from collections.abc import Generator, Iterator
from typing import Any

from conformance.suite.api._broken import Broken, broken
from conformance.suite.api._compared import grown, in_common, length
from conformance.suite.api._reads import GONE, Read, State
from conformance.suite.api._requests import Credential, Values
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._steps import another, least, names_of, reading
from conformance.suite.api._survey import Ask, Flow, Seen, Survey
from conformance.suite.operations import Operation

_MOST_REFUSED = 4
_MOST_TIMES = 2
_MOST_PAGES = 10
_SIZE = re.compile(r"limit|size|per_?page", re.IGNORECASE)
_START = re.compile(r"^(offset|skip|start|page|page_?number)$", re.IGNORECASE)


def refusals(
    survey: Survey, found: State, create: Operation, made: Seen, read: Operation, names: dict[str, Any]
) -> Flow:
    """See that a refused write changes nothing of the thing."""
    steady: list[Seen] = []
    for write in (each for method in ("PUT", "PATCH") for each in survey.below(create, method)):
        for ask in _wrong(survey, create, made, write):
            if not steady:
                steady = yield [reading(survey, read, names)] * 2
            [refused] = yield [ask]
            [after] = yield [reading(survey, read, names)]
            status, (before, again) = refused.exchange.status, steady
            if status is None or not 400 <= status < 500 or not (before.succeeded and again.succeeded):
                steady = []
                continue
            why = f"{status} ({ask.broken or 'without credentials'})"
            # What differs between the two reads before it changes by itself.
            same = in_common(before.exchange.value, again.exchange.value)
            held = found.unchanged(write, why, after, same, after.exchange.value)
            steady = [again, after] if held else []


def _wrong(survey: Survey, create: Operation, made: Seen, write: Operation) -> Iterator[Ask]:
    """Give what a write has to refuse: what is broken, and what nobody may ask who has no credentials."""
    bound = names_of(survey, create, made, write)
    if bound is None or write.body is None:
        return
    try:
        valid = another(survey, write, bound, made.exchange.value)
    except Unsampled:
        return
    yield from (Ask(write, each.values, "broken", each) for each in _from_first_to_last(survey, write, valid))
    if not write.is_open:
        yield Ask(write, valid, "closed", credential=Credential())


def _from_first_to_last(survey: Survey, write: Operation, valid: Values) -> Iterator[Broken]:
    """Break a body, so that every part of it is right in some of them."""
    wrong = [each for each in broken(write, valid, survey.schemas) if each.place == "body" and each.readable]
    step = max(1.0, (len(wrong) - 1) / (_MOST_REFUSED - 1))
    yield from (wrong[round(n * step)] for n in range(min(_MOST_REFUSED, len(wrong))))


def refused_creates(survey: Survey, create: Operation, found: State) -> Flow:
    """See that a refused create leaves nothing in the list beside it."""
    beside = (each for each in survey.operations if (each.method, each.template) == ("GET", create.template))
    listing = next((each for each in beside if each.label in survey.accepted), None)
    if listing is None or create.body is None:
        return
    bound = next(iter(survey.bindings(create)), {})
    try:
        valid = survey.sample(create, bound)
        values = survey.sample(listing, bound, whole=False)
    except Unsampled:
        return
    last = yield from _last_page(listing, values)
    asks = [Ask(create, each.values, "broken", each) for each in _from_first_to_last(survey, create, valid)]
    asks += [] if create.is_open else [Ask(create, valid, "closed", credential=Credential())]
    more = ""
    # What somebody else made meanwhile is made once.
    for _ in range(_MOST_TIMES if asks else 0):
        [before] = yield [last]
        refused = yield asks
        [after] = yield [last]
        if not (before.succeeded and after.succeeded) or any(each.succeeded for each in refused):
            return
        more = grown(before.exchange.value, after.exchange.value)
        if not more:
            break
    if asks:
        expected = f"the list as it was before {create.label} was refused with {refused[0].exchange.status}"
        found.reads.append(Read("api-rejected-changes-nothing", create, after, not more, expected, more))


def _last_page(listing: Operation, values: Values) -> Generator[list[Ask], list[Seen], Ask]:
    """Find the page that what is new stands on, or moves something to: the last one, of pages as large as can be."""
    named = {each.name: each for each in listing.parameters if each.place == "query"}
    size = next((each for name, each in named.items() if _SIZE.search(name)), None)
    most = size.schema.get("maximum") if size is not None and isinstance(size.schema, dict) else None
    if size is None or not isinstance(most, int):
        return Ask(listing, values, "state")
    values = values.but("query", size.name, most)
    start = next((each.name for name, each in named.items() if _START.search(name)), None)
    for page in range(1, _MOST_PAGES + 1):
        [seen] = yield [Ask(listing, values, "state")]
        if start is None or length(seen.exchange.value) < most:
            break
        values = values.but("query", start, page + 1 if "page" in start.lower() else page * most)
    return Ask(listing, values, "state")


def unasked(
    survey: Survey, found: State, delete: Operation, bound: dict[str, Any], read: Operation, names: dict[str, Any]
) -> Generator[list[Ask], list[Seen], bool]:
    """See that a deletion without credentials removes nothing; False where it did."""
    [before] = yield [reading(survey, read, names)]
    [refused] = yield [Ask(delete, least(survey, delete, bound), "closed", credential=Credential())]
    if refused.exchange.status not in (401, 403) or not before.succeeded:
        return not refused.succeeded
    [after] = yield [reading(survey, read, names)]
    held = after.exchange.status not in GONE
    expected = f"the thing as it was before {delete.label} was refused with {refused.exchange.status}"
    note = "" if held else "it is not there any more"
    found.reads.append(Read("api-rejected-changes-nothing", delete, after, held, expected, note))
    return held
