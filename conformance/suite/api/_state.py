"""What happens to the things that the run makes: created, read, replaced, refused, deleted."""

import datetime
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from conformance.exchange import build
from conformance.suite.api._broken import broken
from conformance.suite.api._identifiers import stable
from conformance.suite.api._operations import Operation
from conformance.suite.api._requests import OMITTED, Values, present
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._survey import Ask, Flow, Seen, Survey

_GONE = (404, 410)
_MOST_REFUSED = 4
# Values that servers write in a form of their own.
_REWRITTEN = ("date-time", "time", "duration", "email", "uri", "url", "hostname", "ipv6", "byte", "binary", "password")


@dataclass(frozen=True)
class Read:
    """What a read showed after something was done: ``held`` says whether it is what was to be seen."""

    requirement: str
    operation: Operation
    seen: Seen
    held: bool
    expected: str = ""
    note: str = ""


@dataclass
class State:
    """What the flows over all resources showed, and what could not be tried and why."""

    reads: list[Read] = field(default_factory=list)
    untold: dict[tuple[str, str], str] = field(default_factory=dict)


def state(survey: Survey) -> State:
    """Follow one thing of each resource through its life, side by side; explored once."""
    found: State = survey.once("state", _run)
    return found


def _run(survey: Survey) -> State:
    found = State()
    creates = [each for each in survey.studied if each.method == "POST" and each.label in survey.accepted]
    survey.run([_life(survey, create, found) for create in creates])
    survey.run([_spare(survey, create) for create in creates])
    return found


def _life(survey: Survey, create: Operation, found: State) -> Flow:
    made = yield from _create(survey, create)
    if made is None:
        return
    _follow_location(survey, create, made, found)
    reads = survey.below(create, "GET") + [each for each, _ in _leads(survey, create, made)]
    read = next((each for each in dict.fromkeys(reads) if _names(survey, create, made, each) is not None), None)
    if read is None or made.exchange.status == 202:
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
    return made if made.succeeded else None


def _note_unavailable(found: State, create: Operation, read: Operation, seen: Seen) -> None:
    if seen.exchange.status in _GONE:
        expected = f"what {create.label} made, at {read.label} (document: {create.pointer})"
        found.reads.append(Read("api-created-available", create, seen, False, expected, "it is not there"))
    else:
        reason = f"{read.label} answers {seen.exchange.status or seen.exchange.failure} for what it made"
        found.untold["api-created-available", create.label] = reason


def _follow_location(survey: Survey, create: Operation, made: Seen, found: State) -> None:
    """See that something is where a 201 says that what it made is (RFC 9110, section 15.3.2)."""
    answer = made.exchange.answer
    base, there = urlsplit(made.exchange.base_url), urlsplit(answer.header("location") or "" if answer else "")
    elsewhere = there.netloc not in ("", base.netloc) or not there.path.startswith(base.path.rstrip("/") + "/")
    if made.exchange.status != 201 or elsewhere or any(_leads(survey, create, made)):
        return
    request = build("GET", there.path.removeprefix(base.path.rstrip("/")))
    credential = survey.credential(create)
    seen = Seen(create, survey.api.send(present(request, credential) if credential else request), "probe")
    expected = f"what {create.label} made, where its Location says (document: {create.pointer})"
    if seen.exchange.status in _GONE:
        found.reads.append(Read("api-created-available", create, seen, False, expected, "it is not there"))


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
    shown = _json(read)
    if isinstance(shown, dict) and isinstance(body, dict):
        inner = [each for each in shown.values() if isinstance(each, dict)]
        # Some wrap the thing: {"data": {…}}.
        shown = inner[0] if len(inner) == 1 and not set(body) & set(shown) else shown
    if not isinstance(body, dict) or not isinstance(shown, dict) or not set(body) & set(shown):
        found.untold["api-write-read-back", write.label] = "it and its read name no property in common"
        return True
    schema = write.body.schema if write.body else {}
    lost = _difference(survey, schema, body, shown)
    expected = f"the values that {write.label} was sent (document: {write.pointer}/requestBody)"
    note = ""
    if lost is not None:
        name, before, after = lost
        note = f"{name} was sent as {stable(before)} and is {stable(after)}"
    found.reads.append(Read("api-write-read-back", write, read, lost is None, expected, note))
    return lost is None


def _difference(
    survey: Survey, schema: Any, sent: dict[str, Any], shown: dict[str, Any]
) -> tuple[str, Any, Any] | None:
    properties = survey.schemas.flat(schema).get("properties")
    for name, value in sent.items():
        told = properties.get(name) if isinstance(properties, dict) else {}
        if name in shown and not _alike(survey, told, value, shown[name]):
            return name, value, shown[name]
    return None


def _alike(survey: Survey, schema: Any, sent: Any, shown: Any) -> bool:  # noqa: PLR0911 - one for each kind of value
    flat = next(survey.schemas.alternatives(schema), {})
    if flat.get("writeOnly") is True or flat.get("format") in _REWRITTEN or isinstance(sent, bytes):
        return _instant(sent) == _instant(shown) if flat.get("format") == "date-time" else True
    if isinstance(sent, dict) and isinstance(shown, dict):
        return _difference(survey, schema, sent, shown) is None
    if isinstance(sent, list) and isinstance(shown, list):
        # The order of a set is its own.
        plain = all(not isinstance(each, (dict, list)) for each in sent)
        return not plain or sorted(map(stable, sent)) == sorted(map(stable, shown))
    if isinstance(sent, (dict, list)) or isinstance(shown, (dict, list)):
        return True  # given as an identifier, shown as the thing, or the other way round
    if isinstance(sent, str) and isinstance(shown, str):
        return sent.strip().casefold() == shown.strip().casefold()
    if isinstance(sent, bool) or isinstance(shown, bool) or sent is None or shown is None:
        return sent is shown
    try:
        return float(sent) == float(shown)  # a decimal may travel as a text
    except ValueError:
        return False


def _instant(value: Any) -> Any:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    # Without a zone it is taken as it stands.
    return moment.replace(tzinfo=moment.tzinfo or datetime.UTC).replace(microsecond=0)


def _json(seen: Seen) -> Any:
    try:
        return seen.exchange.answer.json() if seen.exchange.answer else None
    except (ValueError, RecursionError):
        return None


def _refusals(
    survey: Survey, found: State, create: Operation, made: Seen, read: Operation, names: dict[str, Any]
) -> Flow:
    """See that a refused write changes nothing of the thing, and that a refused create makes nothing."""
    writes = [each for method in ("PUT", "PATCH") for each in survey.below(create, method)]
    for write in writes:
        bound = _names(survey, create, made, write)
        if bound is None or write.body is None:
            continue
        try:
            valid = survey.sample(write, bound)
        except Unsampled:
            continue
        wrong = [each for each in broken(write, valid, survey.schemas) if each.place == "body" and each.readable]
        for each in wrong[:: max(1, len(wrong) // _MOST_REFUSED)][:_MOST_REFUSED]:
            before, again = yield [_reading(survey, read, names)] * 2
            [refused] = yield [Ask(write, each.values, "broken", each)]
            [after] = yield [_reading(survey, read, names)]
            status = refused.exchange.status
            if status is None or not 400 <= status < 500 or not (before.succeeded and again.succeeded):
                continue
            # What differs between two reads of the same thing changes by itself.
            steady = _steady(_json(before), _json(again))
            held = _steady(steady, _json(after)) == steady and after.succeeded
            expected = f"the thing as it was before {write.label} was refused with {status} ({each})"
            found.reads.append(
                Read("api-rejected-changes-nothing", write, after, held, expected, "" if held else "it has changed")
            )


def _steady(one: Any, other: Any) -> Any:
    """Give the part of two values that is equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _steady(one[key], other[key]) for key in one if key in other and _share(one[key], other[key])}
    return one


def _share(one: Any, other: Any) -> bool:
    return one == other or (isinstance(one, dict) and isinstance(other, dict))


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
    for whole in (True, False):
        try:
            values = survey.sample(write, bound, whole=whole)
        except Unsampled:
            return
        [written] = yield [Ask(write, values, "state")]
        if written.succeeded:
            [after] = yield [_reading(survey, read, names)]
            if after.succeeded and written.exchange.status != 202:
                _compare(survey, found, write, written, after)
            return


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


def _spare(survey: Survey, create: Operation) -> Flow:
    """Make a thing that its DELETE may be tried on in other ways."""
    for delete in survey.below(create, "DELETE")[:1]:
        made = yield from _create(survey, create)
        bound = _names(survey, create, made, delete) if made else None
        if bound is not None:
            survey.spares[delete.label] = _least(survey, delete, bound)
