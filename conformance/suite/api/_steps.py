"""What the life of a thing that the run makes is put together from: its names, its read, and what that shows."""

from typing import Any

from conformance.suite.api._compared import difference
from conformance.suite.api._edges import unlike
from conformance.suite.api._identifiers import stable
from conformance.suite.api._reads import Read, State
from conformance.suite.api._requests import OMITTED, Values
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._survey import Ask, Seen, Survey
from conformance.suite.operations import Operation

# Of a flag, or one of two choices, a few values are drawn until one differs.
_MOST_TRIES = 5


def leads(survey: Survey, create: Operation, made: Seen) -> list[tuple[Operation, dict[str, Any]]]:
    """Give where the answer to a create leads, with the names that it has there."""
    bound = made.values.bound() if made.values else {}
    return list(survey.leads(create, bound, made.exchange.answer))


def names_of(survey: Survey, create: Operation, made: Seen, target: Operation) -> dict[str, Any] | None:
    """Give what names the thing that was made in the path of an operation, None where nothing is known."""
    bound = made.values.bound() if made.values else {}
    return survey.names_of(create, bound, made.exchange.answer, target)


def reading(survey: Survey, read: Operation, names: dict[str, Any]) -> Ask:
    """Ask for a thing as it was asked for when that succeeded."""
    accepted = survey.accepted.get(read.label)
    values = (accepted.values if accepted else None) or least(survey, read, names)
    parameters = {**values.parameters, **{("path", name): value for name, value in names.items()}}
    return Ask(read, Values(parameters), "state")


def least(survey: Survey, operation: Operation, names: dict[str, Any]) -> Values:
    """Give no more than an operation needs, and its names where even that cannot be made."""
    try:
        return survey.sample(operation, names, whole=False)
    except Unsampled:
        return Values({("path", name): value for name, value in names.items()})


def compare(survey: Survey, found: State, write: Operation, sent: Seen, read: Seen) -> bool:
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


def another(survey: Survey, write: Operation, bound: dict[str, Any], shown: Any, **more: bool) -> Values:
    """Give values that differ from what a thing shows already.

    Raises Unsampled.
    """
    drawn = (survey.sample(write, bound, **more) for _ in range(_MOST_TRIES))
    return unlike(shown, write, next(drawn), drawn, survey.schemas)
