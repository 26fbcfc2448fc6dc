"""What happens to the things that the run makes: created, read, replaced, refused, deleted."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.exchange import build
from conformance.suite.api._compared import in_common
from conformance.suite.api._edges import emptied
from conformance.suite.api._otherwise import otherwise
from conformance.suite.api._reads import GONE, Read, State
from conformance.suite.api._refused import refusals, refused_creates, unasked
from conformance.suite.api._requests import Values, present
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._steps import another, compare, leads, least, names_of, reading
from conformance.suite.api._survey import Ask, Flow, Seen, Survey
from conformance.suite.operations import Operation

# For what a write holds, and not for who asks or where.
_REFUSED = (400, 409, 422)


def state(survey: Survey) -> State:
    """Follow one thing of each resource through its life, side by side; explored once."""
    found: State = survey.once("state", _run)
    return found


def _run(survey: Survey) -> State:
    found = State()
    studied = set(map(id, survey.studied))
    creates = [each for each in survey.operations if each.method == "POST" and each.label in survey.accepted]
    creates = [each for each in creates if studied & {id(each), *map(id, _touched(survey, each))}]
    survey.run([_life(survey, create, found) for create in creates])
    survey.run([_spare(survey, create) for create in creates])
    survey.run([refused_creates(survey, create, found) for create in creates])
    return found


def _touched(survey: Survey, create: Operation) -> list[Operation]:
    """Give the operations of which the life of what a create makes may show what nothing else does."""
    return [each for method in ("GET", "PUT", "PATCH", "DELETE") for each in survey.below(create, method)]


def _life(survey: Survey, create: Operation, found: State) -> Flow:
    made = yield from _create(survey, create)
    if made is None:
        return
    _located(survey, found, create, made)
    reads = survey.below(create, "GET") + [each for each, _ in leads(survey, create, made)]
    read = next((each for each in dict.fromkeys(reads) if names_of(survey, create, made, each) is not None), None)
    if read is None or made.exchange.status == 202:
        # Where no read could take what was made, a POST is no create that the document links or names.
        if reads:
            reason = "its answer names nothing that a documented read takes"
            found.untold["api-created-available", create.label] = reason
        return
    names = names_of(survey, create, made, read) or {}
    [first] = yield [reading(survey, read, names)]
    if not first.succeeded:
        _note_unavailable(found, create, read, first)
        return
    found.reads.append(Read("api-created-available", create, first, held=True))
    shown = compare(survey, found, create, made, first)
    yield from otherwise(survey, found, create, made, read)
    yield from refusals(survey, found, create, made, read, names)
    for method in ("PUT", "PATCH"):
        for write in survey.below(create, method):
            yield from _replacement(survey, found, create, made, write, read, names)
    yield from _deletion(survey, found, create, made, read, names, shown=shown)


def _located(survey: Survey, found: State, create: Operation, made: Seen) -> None:
    """See that a Location which the document promises leads somewhere (RFC 9110, section 10.2.2)."""
    answer = made.exchange.answer
    response = create.response(answer.status) if answer else None
    headers = response.definition.get("headers") if response else None
    promised = isinstance(headers, dict) and "location" in {str(name).lower() for name in headers}
    location = answer.header("location") if answer else None
    if not promised or not location:
        return
    base, there = urlsplit(survey.api.client.base_url), urlsplit(urljoin(made.exchange.url, location))
    if there.netloc != base.netloc or not there.path.startswith(base.path.rstrip("/")):
        return
    request = build("GET", there.path.removeprefix(base.path.rstrip("/")))
    credential = survey.access.credential(create)
    seen = Seen(create, survey.api.send(present(request, credential) if credential else request), "probe")
    held = seen.exchange.status not in GONE
    expected = f"what {create.label} made, at the Location of its answer (document: {create.pointer})"
    found.reads.append(Read("api-created-available", create, seen, held, expected, "" if held else "nothing is there"))


def _create(survey: Survey, create: Operation) -> Generator[list[Ask], list[Seen], Seen | None]:
    """Make a thing of values of its own, in the place where the first one was accepted."""
    accepted = survey.accepted[create.label].values
    try:
        fresh = survey.sample(create, accepted.bound() if accepted else None)
    except Unsampled:
        return None
    if accepted is not None and isinstance(accepted.body, dict) and isinstance(fresh.body, dict):
        # What was refused with more is asked with less.
        fresh = replace(fresh, body={key: each for key, each in fresh.body.items() if key in accepted.body})
    [made] = yield [Ask(create, fresh, "state")]
    if not made.succeeded:
        return None
    survey.renewable.add(create.label)
    return made


def _note_unavailable(found: State, create: Operation, read: Operation, seen: Seen) -> None:
    if seen.exchange.status in GONE:
        found.unavailable(create, read, seen)
    else:
        reason = f"{read.label} answers {seen.exchange.status or seen.exchange.failure} for what it made"
        found.untold["api-created-available", create.label] = reason


def _replacement(
    survey: Survey,
    found: State,
    create: Operation,
    made: Seen,
    write: Operation,
    read: Operation,
    names: dict[str, Any],
) -> Flow:
    bound = names_of(survey, create, made, write)
    if bound is None or write.body is None:
        return
    for more in ({"whole": True}, {"whole": False}, {"told": True}):
        try:
            values = another(survey, write, bound, made.exchange.value, **more)
        except Unsampled:
            return
        succeeded = yield from _written_back(survey, found, write, values, reading(survey, read, names))
        if succeeded:
            survey.told |= {write.label: values} if "told" in more else {}
            break
    nulls = emptied(write, values, survey.schemas) if succeeded and write.method == "PUT" else None
    if nulls is not None:
        yield from _written_back(survey, found, write, nulls, reading(survey, read, names))


def _written_back(
    survey: Survey, found: State, write: Operation, values: Values, reading: Ask
) -> Generator[list[Ask], list[Seen], bool]:
    """See that what a write was sent is read; False where it was refused, which changes nothing."""
    [before] = yield [reading]
    [written] = yield [Ask(write, values, "state")]
    if written.exchange.status in _REFUSED and before.succeeded:
        after, again = yield [reading] * 2
        steady = in_common(after.exchange.value, again.exchange.value)
        found.unchanged(write, str(written.exchange.status), after, steady, before.exchange.value)
    if written.succeeded:
        [after] = yield [reading]
        if after.succeeded and written.exchange.status != 202:
            compare(survey, found, write, written, after)
    return written.succeeded


def _deletion(
    survey: Survey,
    found: State,
    create: Operation,
    made: Seen,
    read: Operation,
    names: dict[str, Any],
    *,
    shown: bool,
) -> Flow:
    for delete in survey.below(create, "DELETE")[:1]:
        bound = names_of(survey, create, made, delete)
        if bound is None:
            continue
        if not delete.is_open and not (yield from unasked(survey, found, delete, bound, read, names)):
            continue
        [gone] = yield [Ask(delete, least(survey, delete, bound), "state")]
        if not gone.succeeded or gone.exchange.status == 202:
            continue
        [after] = yield [reading(survey, read, names)]
        held = after.exchange.status in GONE
        if not held and not shown:
            found.untold["api-deleted-gone", delete.label] = f"{read.label} never showed what {create.label} made"
            continue
        expected = f"404 or 410 from {read.label} for what {delete.label} removed (document: {delete.pointer})"
        found.reads.append(Read("api-deleted-gone", delete, after, held, expected, "" if held else "it is still there"))


def _spare(survey: Survey, create: Operation) -> Flow:
    """Make a thing that its DELETE may be tried on in other ways, and see that it works where nothing showed that."""
    for delete in survey.below(create, "DELETE")[:1]:
        for kept in (True,) if survey.of(delete) else (False, True):
            made = yield from _create(survey, create)
            bound = names_of(survey, create, made, delete) if made else None
            if bound is None:
                return
            values = least(survey, delete, bound)
            if kept:
                survey.spares[delete.label] = values
            else:
                yield [Ask(delete, values, "state")]
