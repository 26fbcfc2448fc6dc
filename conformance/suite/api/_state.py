"""What happens to the things that the run makes: created, read, replaced, refused, deleted."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.exchange import build
from conformance.suite.api._broken import broken
from conformance.suite.api._compared import difference, in_common
from conformance.suite.api._edges import emptied, unlike
from conformance.suite.api._identifiers import stable
from conformance.suite.api._reads import Read, State
from conformance.suite.api._requests import OMITTED, Credential, Values, present
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._survey import Ask, Flow, Seen, Survey
from conformance.suite.operations import Operation

_GONE = (404, 410)
# For what a write holds, and not for who asks or where.
_REFUSED = (400, 409, 422)
_MOST_REFUSED = 4
# Of a flag, or one of two choices, a few values are drawn until one differs.
_MOST_TRIES = 5


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
    return found


def _touched(survey: Survey, create: Operation) -> list[Operation]:
    """Give the operations of which the life of what a create makes may show what nothing else does."""
    return [each for method in ("GET", "PUT", "PATCH", "DELETE") for each in survey.below(create, method)]


def _life(survey: Survey, create: Operation, found: State) -> Flow:
    made = yield from _create(survey, create)
    if made is None:
        return
    _located(survey, found, create, made)
    reads = survey.below(create, "GET") + [each for each, _ in _leads(survey, create, made)]
    read = next((each for each in dict.fromkeys(reads) if _names(survey, create, made, each) is not None), None)
    if read is None or made.exchange.status == 202:
        # Where no read could take what was made, a POST is no create that the document links or names.
        if reads:
            reason = "its answer names nothing that a documented read takes"
            found.untold["api-created-available", create.label] = reason
        return
    names = _names(survey, create, made, read) or {}
    [first] = yield [_reading(survey, read, names)]
    if not first.succeeded:
        _note_unavailable(found, create, read, first)
        return
    found.reads.append(Read("api-created-available", create, first, held=True))
    shown = _compare(survey, found, create, made, first)
    yield from _refusals(survey, found, create, made, read, names)
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
    held = seen.exchange.status not in _GONE
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
    if seen.exchange.status in _GONE:
        expected = f"what {create.label} made, at {read.label} (document: {create.pointer})"
        found.reads.append(Read("api-created-available", create, seen, False, expected, "it is not there"))
    else:
        reason = f"{read.label} answers {seen.exchange.status or seen.exchange.failure} for what it made"
        found.untold["api-created-available", create.label] = reason


def _leads(survey: Survey, create: Operation, made: Seen) -> list[tuple[Operation, dict[str, Any]]]:
    bound = made.values.bound() if made.values else {}
    return list(survey.leads(create, bound, made.exchange.answer))


def _names(survey: Survey, create: Operation, made: Seen, target: Operation) -> dict[str, Any] | None:
    bound = made.values.bound() if made.values else {}
    return survey.names_of(create, bound, made.exchange.answer, target)


def _reading(survey: Survey, read: Operation, names: dict[str, Any]) -> Ask:
    accepted = survey.accepted.get(read.label)
    values = (accepted.values if accepted else None) or _least(survey, read, names)
    parameters = {**values.parameters, **{("path", name): value for name, value in names.items()}}
    return Ask(read, Values(parameters), "state")


def _least(survey: Survey, operation: Operation, names: dict[str, Any]) -> Values:
    try:
        return survey.sample(operation, names, whole=False)
    except Unsampled:
        return Values({("path", name): value for name, value in names.items()})


def _compare(survey: Survey, found: State, write: Operation, sent: Seen, read: Seen) -> bool:
    """See whether the values sent come back wherever both sides name the same property."""
    body = sent.values.body if sent.values else OMITTED
    shown = read.exchange.value
    if isinstance(shown, dict) and isinstance(body, dict):
        inner = [each for each in shown.values() if isinstance(each, dict)]
        # Some wrap the thing: {"data": {…}}.
        shown = inner[0] if len(inner) == 1 and not set(body) & set(shown) else shown
    if not isinstance(body, dict) or not isinstance(shown, dict) or not set(body) & set(shown):
        found.untold["api-write-read-back", write.label] = "it and its read name no property in common"
        return True
    schema = write.body.schema if write.body else {}
    lost = difference(survey.schemas, schema, body, shown)
    expected = f"the values that {write.label} was sent (document: {write.pointer}/requestBody)"
    note = ""
    if lost is not None:
        name, before, after = lost
        note = f"{name} was sent as {stable(before)} and is {stable(after)}"
    found.reads.append(Read("api-write-read-back", write, read, lost is None, expected, note))
    return lost is None


def _refusals(
    survey: Survey, found: State, create: Operation, made: Seen, read: Operation, names: dict[str, Any]
) -> Flow:
    """See that a refused write changes nothing of the thing."""
    writes = [each for method in ("PUT", "PATCH") for each in survey.below(create, method)]
    for write in writes:
        bound = _names(survey, create, made, write)
        if bound is None or write.body is None:
            continue
        try:
            valid = _another(survey, write, bound, made.exchange.value)
        except Unsampled:
            continue
        wrong = [each for each in broken(write, valid, survey.schemas) if each.place == "body" and each.readable]
        # From the first to the last, so that every part of the body is right in some of them.
        step = max(1.0, (len(wrong) - 1) / (_MOST_REFUSED - 1))
        for each in (wrong[round(n * step)] for n in range(min(_MOST_REFUSED, len(wrong)))):
            before, again = yield [_reading(survey, read, names)] * 2
            [refused] = yield [Ask(write, each.values, "broken", each)]
            [after] = yield [_reading(survey, read, names)]
            status = refused.exchange.status
            if status is None or not 400 <= status < 500 or not (before.succeeded and again.succeeded):
                continue
            steady = in_common(before.exchange.value, again.exchange.value)
            found.unchanged(write, f"{status} ({each})", after, steady, after.exchange.value)


def _replacement(
    survey: Survey,
    found: State,
    create: Operation,
    made: Seen,
    write: Operation,
    read: Operation,
    names: dict[str, Any],
) -> Flow:
    bound = _names(survey, create, made, write)
    if bound is None or write.body is None:
        return
    for more in ({"whole": True}, {"whole": False}, {"told": True}):
        try:
            values = _another(survey, write, bound, made.exchange.value, **more)
        except Unsampled:
            return
        succeeded = yield from _written_back(survey, found, write, values, _reading(survey, read, names))
        if succeeded:
            survey.told |= {write.label: values} if "told" in more else {}
            break
    nulls = emptied(write, values, survey.schemas) if succeeded and write.method == "PUT" else None
    if nulls is not None:
        yield from _written_back(survey, found, write, nulls, _reading(survey, read, names))


def _another(survey: Survey, write: Operation, bound: dict[str, Any], shown: Any, **more: bool) -> Values:
    drawn = (survey.sample(write, bound, **more) for _ in range(_MOST_TRIES))
    return unlike(shown, write, next(drawn), drawn, survey.schemas)


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
            _compare(survey, found, write, written, after)
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
        bound = _names(survey, create, made, delete)
        if bound is None:
            continue
        if not delete.is_open and not (yield from _unasked(survey, found, delete, bound, read, names)):
            continue
        [gone] = yield [Ask(delete, _least(survey, delete, bound), "state")]
        if not gone.succeeded or gone.exchange.status == 202:
            continue
        [after] = yield [_reading(survey, read, names)]
        held = after.exchange.status in _GONE
        if not held and not shown:
            found.untold["api-deleted-gone", delete.label] = f"{read.label} never showed what {create.label} made"
            continue
        expected = f"404 or 410 from {read.label} for what {delete.label} removed (document: {delete.pointer})"
        found.reads.append(Read("api-deleted-gone", delete, after, held, expected, "" if held else "it is still there"))


def _unasked(
    survey: Survey, found: State, delete: Operation, bound: dict[str, Any], read: Operation, names: dict[str, Any]
) -> Generator[list[Ask], list[Seen], bool]:
    """See that a deletion without credentials removes nothing; False where it did."""
    [before] = yield [_reading(survey, read, names)]
    [refused] = yield [Ask(delete, _least(survey, delete, bound), "closed", credential=Credential())]
    if refused.exchange.status not in (401, 403) or not before.succeeded:
        return not refused.succeeded
    [after] = yield [_reading(survey, read, names)]
    held = after.exchange.status not in _GONE
    expected = f"the thing as it was before {delete.label} was refused with {refused.exchange.status}"
    note = "" if held else "it is not there any more"
    found.reads.append(Read("api-rejected-changes-nothing", delete, after, held, expected, note))
    return held


def _spare(survey: Survey, create: Operation) -> Flow:
    """Make a thing that its DELETE may be tried on in other ways, and see that it works where nothing showed that."""
    for delete in survey.below(create, "DELETE")[:1]:
        for kept in (True,) if survey.of(delete) else (False, True):
            made = yield from _create(survey, create)
            bound = _names(survey, create, made, delete) if made else None
            if bound is None:
                return
            values = _least(survey, delete, bound)
            if kept:
                survey.spares[delete.label] = values
            else:
                yield [Ask(delete, values, "state")]
