"""What breaks the schema is refused, and what fits it is taken."""

import re
from typing import Any

from conformance.checks import Mismatch, error_locations
from conformance.properties import Api, requirement, shared
from conformance.settings import Settings
from conformance.suite.api import _answers
from conformance.suite.api._findings import Check, Finding, by_exchange, each_operation
from conformance.suite.api._requests import Values
from conformance.suite.api._survey import Seen, Survey
from conformance.suite.operations import Operation

pytestmark = shared

# Who is refused for another reason was not refused for the input; a server may refuse before it is read.
_BEFORE_INPUT = (401, 403, 405, 408, 412, 413, 414, 415, 428, 429, 431)
# What only a mail, a login or the like can tell.
_SECRET = re.compile(r"token|password|code|otp$", re.IGNORECASE)
_NEVER_ACCEPTED = "it was never seen to accept"


def _judge(
    api: Api, settings: Settings, check: Check, origins: tuple[str, ...], nothing: str, *, documenting: str = ""
) -> None:
    judge = by_exchange(check, *origins)

    def after_all(found: Survey, operation: Operation) -> Finding | None:
        if documenting and documenting not in operation.responses:
            return None
        said = judge(found, operation)
        if said is None and found.of(operation, "broken"):
            reason = "every refusal was for another reason" if _is_accepted(found, operation) else _NEVER_ACCEPTED
            return Finding(operation.label, untold=found.unfilled.get(operation.label) or reason)
        return said

    each_operation(api, settings, after_all, nothing)


def _is_accepted(found: Survey, operation: Operation) -> bool:
    """Tell whether a refusal can be for the input: the same request without the fault is accepted."""
    return operation.label in found.accepted


def _not_refused(found: Survey, seen: Seen) -> Mismatch | bool | None:
    status = seen.exchange.status
    if seen.broken is None or status is None or status in _BEFORE_INPUT or status >= 500:
        return False
    if status < 400:
        expected = f"a 4xx, since the {seen.broken} (document: {seen.broken.pointer})"
        return Mismatch(seen.exchange, expected, f"{seen.operation.label} answers {status}")
    return None if _is_accepted(found, seen.operation) else False


@requirement("api-invalid-refused")
def test_input_that_breaks_the_schema_is_refused(api: Api, settings: Settings) -> None:
    _judge(api, settings, _not_refused, ("broken",), "no operation declares input that can be broken")


def _not_422(found: Survey, seen: Seen) -> Mismatch | bool | None:
    status, broken = seen.exchange.status, seen.broken
    if broken is None or status is None or not 400 <= status < 500 or status in _BEFORE_INPUT:
        return False
    if not _is_accepted(found, seen.operation):
        return False
    # A path that does not fit its type is no path, to some; and what cannot be read is not looked at.
    if (broken.place == "path" and status == 404) or (not broken.readable and status == 400):
        return False
    expected = f"422, which the document gives, since the {broken}"
    return None if status == 422 else Mismatch(seen.exchange, expected, f"it is {status}")


@requirement("api-invalid-422")
def test_the_documented_422_is_what_refuses(api: Api, settings: Settings) -> None:
    _judge(api, settings, _not_422, ("broken",), "no operation documents 422", documenting="422")


def _shapeless(found: Survey, seen: Seen) -> Mismatch | bool | None:
    response = seen.operation.responses.get("422")
    if seen.exchange.status != 422 or response is None:
        return False
    said = _answers.contradiction(found, seen)
    if isinstance(said, Mismatch):
        return said
    answer, value = seen.exchange.answer, seen.exchange.value
    declared = _declared(found, seen)
    expected = f"a body of the documented 422 ({response.pointer})"
    if declared and isinstance(value, dict) and not declared & set(value):
        return Mismatch(seen.exchange, expected, f"it has none of: {', '.join(sorted(declared))}")
    if declared and answer is not None and value is None:
        return Mismatch(seen.exchange, expected, "its body is no JSON")
    return _misplaced(seen, given=found.api.contract is not None) or (None if declared or value is not None else False)


def _misplaced(seen: Seen, *, given: bool = False) -> Mismatch | None:
    """Hold FastAPI's list of errors to the part that was broken; a ``given`` document may call a path's otherwise."""
    broken = seen.broken
    locations = list(error_locations(seen.exchange)) if seen.exchange.value is not None else []
    if broken is None or not broken.part or not locations or not broken.readable:
        return None
    if broken.rule == "additionalProperties" or any(_ends_at(loc, broken.part) for loc in locations):
        return None
    if given and broken.place == "path" and any(loc[0] == "path" and len(loc) > 1 for loc in locations if loc):
        return None
    if _tells_no_alternative(seen.exchange.value):
        return None
    told = ", ".join(str(loc) for loc in locations[:4])
    return Mismatch(seen.exchange, f"a loc that ends at {broken.part!r}, since the {broken}", f"its loc is {told}")


def _tells_no_alternative(value: Any) -> bool:
    """Tell whether pydantic could not choose of a union by its discriminator: it names the object, not the property."""
    return any(str(each.get("type")).startswith("union_tag_") for each in value["detail"] if isinstance(each, dict))


def _ends_at(loc: list[str | int], part: str) -> bool:
    names = [_plain(step) for step in loc if isinstance(step, str)]
    # After the name may stand which alternative of a union was tried.
    return _plain(part) in names[-3:]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _declared(found: Survey, seen: Seen) -> set[str]:
    answer = seen.exchange.answer
    media = seen.operation.responses["422"].media(answer.media_type if answer else "")
    properties = found.schemas.flat(media[1].get("schema")).get("properties") if media else None
    return set(properties) if isinstance(properties, dict) else set()


@requirement("api-validation-error-shape")
def test_a_422_is_of_its_shape_and_names_the_part(api: Api, settings: Settings) -> None:
    each_operation(api, settings, by_exchange(_shapeless), "no documented 422 was seen")


def _refused(found: Survey, seen: Seen) -> Mismatch | bool | None:
    status = seen.exchange.status
    if status is None or status in _BEFORE_INPUT or status >= 500 or status == 404:
        return False
    if not any(key[:1] in ("2", "3", "d") for key in seen.operation.responses):
        # By its own document it never accepts anything: its errors are what it is for.
        return False
    if status in (400, 422) and _asks_for_more(found, seen):
        return False
    expected = f"no refusal as invalid: the schema accepts it (document: {seen.operation.pointer})"
    return Mismatch(seen.exchange, expected, f"it is {status}") if status in (400, 422) else None


def _asks_for_more(found: Survey, seen: Seen) -> bool:
    """Tell whether a request names a thing that is not there, or the secret that an operation asks for is not known."""
    values = seen.values or Values()
    named = {name: value for (place, name), value in values.parameters.items() if place == "query"}
    named |= values.body if isinstance(values.body, dict) else {}
    if any(found.pool.refers_to_nothing(name, value) for name, value in named.items()):
        return True
    return not _is_accepted(found, seen.operation) and any(_SECRET.search(name) for name in named)


@requirement("api-valid-accepted")
def test_input_that_fits_the_schema_is_taken(api: Api, settings: Settings) -> None:
    _judge(api, settings, _refused, ("valid", "state"), "no operation could be asked")
