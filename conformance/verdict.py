"""What became of each requirement, and what follows from all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from conformance.catalogue import Requirement
from conformance.settings import Waiver

Status = Literal["passed", "failed", "blocked", "waived", "not_verified", "unstable", "error"]
Word = Literal["conformant", "nonconformant", "incomplete", "unreachable", "error"]

STATUSES: tuple[Status, ...] = ("passed", "failed", "blocked", "waived", "not_verified", "unstable", "error")
EXIT_CODES: dict[Word, int] = {"conformant": 0, "nonconformant": 1, "incomplete": 1, "error": 3, "unreachable": 69}
# Of several tests of one requirement, and of several workers, the worst result is the requirement's.
_WORST_FIRST: tuple[Status, ...] = ("failed", "error", "unstable", "not_verified", "blocked", "waived", "passed")
_MOST_NAMED = 4


@dataclass(frozen=True)
class Outcome:
    """What became of one requirement: JSON-able, since workers send it to their controller.

    ``applies`` is false where its need is not met, or where it does not concern such a target.
    """

    requirement: str
    status: Status
    message: str = ""
    applies: bool = True
    expected: str | None = None
    actual: str | None = None
    note: str | None = None
    sent: str | None = None
    curl: str | None = None
    blocked_by: str | None = None
    duration_s: float = 0.0
    requests: int = 0
    # Of the api profile: what became of each operation; ``partial`` where other workers tell of the rest.
    operations: tuple[dict[str, str], ...] = ()
    partial: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Give the fields by name."""
        return dict(self.__dict__)


def merge(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """Give one outcome for each requirement: the worst one, with all its time and requests."""
    merged: dict[str, Outcome] = {}
    for new in outcomes:
        old = merged.get(new.requirement)
        if old is None:
            merged[new.requirement] = new
            continue
        worst = min(old, new, key=_rank)
        operations = (*old.operations, *new.operations)
        merged[new.requirement] = replace(
            worst,
            message=untried(operations) if _is_idle(worst) and operations else worst.message,
            duration_s=old.duration_s + new.duration_s,
            requests=old.requests + new.requests,
            operations=operations,
        )
    return merged


def _rank(outcome: Outcome) -> tuple[int, bool, int]:
    place = len(_WORST_FIRST) if _is_idle(outcome) else _WORST_FIRST.index(outcome.status)
    # The smallest request that shows it is the evidence.
    return place, not outcome.applies, len(outcome.curl or "")


def _is_idle(outcome: Outcome) -> bool:
    """Tell whether a part had no operation that could be judged: that says nothing against the other parts."""
    return outcome.partial and outcome.status == "not_verified" and bool(outcome.operations or not outcome.applies)


def untried(operations: Iterable[Mapping[str, str]]) -> str:
    """Say why none of these operations could be judged."""
    reasons = list(dict.fromkeys(f"{each['operation']}: {each['message']}" for each in operations))
    more = f"; and {len(reasons) - _MOST_NAMED} more" if len(reasons) > _MOST_NAMED else ""
    return "; ".join(reasons[:_MOST_NAMED]) + more


def settle(
    selected: Mapping[str, Requirement], outcomes: Iterable[Outcome], waivers: Iterable[Waiver], missing: str
) -> dict[str, Outcome]:
    """Give the final outcome of every selected requirement.

    What was not tried is not verified, for the reason ``missing``; what failed although something
    that it depends on failed is blocked; and waivers are applied last.
    """
    settled = {id: Outcome(id, "not_verified", missing) for id in selected}
    settled |= {id: outcome for id, outcome in merge(outcomes).items() if id in selected}
    broken = {id for id, outcome in settled.items() if outcome.status == "failed"}
    for id, outcome in list(settled.items()):
        cause = _cause(selected[id], selected, broken)
        if cause and outcome.status in ("failed", "unstable"):
            settled[id] = replace(outcome, status="blocked", blocked_by=cause, message=f"blocked by {cause}")
    for waiver in waivers:
        if waiver.requirement in settled:
            settled[waiver.requirement] = _waive(settled[waiver.requirement], waiver)
    return settled


def _cause(requirement: Requirement, selected: Mapping[str, Requirement], broken: set[str]) -> str | None:
    seen: set[str] = set()
    queue = list(requirement.depends_on)
    while queue:
        name = queue.pop(0)
        if name in broken:
            return name
        if name not in seen and name in selected:
            seen.add(name)
            queue += selected[name].depends_on
    return None


def _waive(outcome: Outcome, waiver: Waiver) -> Outcome:
    if outcome.status in ("failed", "unstable", "blocked"):
        return replace(outcome, status="waived", message=f"waived: {waiver.reason}")
    if outcome.status == "passed":
        text = f"{waiver.requirement} is waived ({waiver.reason}), but it holds: remove the waiver"
        return replace(outcome, status="error", message=text)
    return outcome


def counts(outcomes: Iterable[Outcome]) -> dict[Status, int]:
    """Count the outcomes by status."""
    statuses = [outcome.status for outcome in outcomes]
    return {status: statuses.count(status) for status in STATUSES}


def judge(selected: Mapping[str, Requirement], outcomes: Mapping[str, Outcome], waivers: Iterable[Waiver] = ()) -> Word:
    """Give the verdict of a run that came to its end."""
    musts = [outcome for id, outcome in outcomes.items() if selected[id].level == "MUST"]
    if any(outcome.status == "failed" for outcome in musts):
        return "nonconformant"
    unsettled = ("blocked", "unstable", "error")
    stale = any(outcomes[w.requirement].status == "error" for w in waivers if w.requirement in outcomes)
    if (
        stale
        or any(outcome.status in unsettled for outcome in musts)
        or any(outcome.status == "not_verified" and outcome.applies for outcome in musts)
        or not any(outcome.status == "passed" for outcome in outcomes.values())
    ):
        return "incomplete"
    return "conformant"
