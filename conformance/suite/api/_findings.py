"""What became of a requirement on each operation, and of the requirement by that."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.checks import CannotTell, Mismatch
from conformance.properties import Api
from conformance.settings import Settings
from conformance.suite.api._explore import survey
from conformance.suite.api._study import study
from conformance.suite.api._survey import Seen, Survey
from conformance.suite.operations import Operation
from conformance.verdict import untried


@dataclass(frozen=True)
class Finding:
    """A requirement on one operation: ``mismatch`` where it does not hold, ``untold`` why it was not tried.

    ``seen`` and ``check`` are there where a single exchange shows that it does not hold.
    """

    operation: str
    mismatch: Mismatch | None = None
    untold: str = ""
    seen: Seen | None = None
    check: "Check | None" = None


Judge = Callable[[Survey, Operation], Finding | None]
# What one exchange shows: a mismatch, nothing wrong (None), or nothing at all (False).
Check = Callable[[Survey, Seen], Mismatch | bool | None]


def each_operation(api: Api, settings: Settings, judge: Judge, nothing: str) -> None:
    """Judge every studied operation; what fails is asked once more, or studied afresh, before it counts.

    Raises the Mismatch of the smallest request, and CannotTell for the reason ``nothing`` where no
    operation could be judged.
    """
    whole = survey(api, settings)
    findings = list(_judged(whole, judge))
    if api.confirming:
        again = {each.operation: each for each in _asked_again(whole, findings)}
        doubtful = frozenset(each.operation for each in findings if each.mismatch and each.operation not in again)
        again |= {f.operation: f for f in _judged(survey(api, settings, doubtful), judge)} if doubtful else {}
        findings = [again.get(each.operation, each) if each.mismatch else each for each in findings]
    settle(api, findings, nothing)


def settle(api: Api, findings: Iterable[Finding], nothing: str) -> None:
    """Tell what became of each operation, and raise what follows for the requirement."""
    listed = list(findings)
    api.operations[:] = [_told(each) for each in listed]
    smallest = min((each for each in listed if each.mismatch), key=_size, default=None)
    if smallest is not None and smallest.mismatch is not None:
        raise smallest.mismatch
    if any(not each.untold for each in listed):
        return
    if not listed:
        raise CannotTell(nothing, applies=False)
    raise CannotTell(untried(api.operations))


def by_exchange(check: Check, *origins: str) -> Judge:
    """Judge an operation by every exchange of it that a check has something to say of, once all are sent."""

    def judge(found: Survey, operation: Operation) -> Finding | None:
        study(found)
        wrong: list[Finding] = []
        judged = False
        for seen in found.of(operation):
            if origins and seen.origin not in origins:
                continue
            said = check(found, seen)
            judged = judged or said is not False
            if isinstance(said, Mismatch):
                wrong.append(Finding(operation.label, said, seen=seen, check=check))
        if wrong:
            return min(wrong, key=_size)
        return Finding(operation.label) if judged else None

    return judge


def _judged(found: Survey, judge: Judge) -> Iterator[Finding]:
    for operation in found.studied:
        finding = judge(found, operation)
        if finding is not None:
            yield finding


def _asked_again(found: Survey, findings: list[Finding]) -> Iterator[Finding]:
    """Send the one request of each finding that a single exchange shows, and give the findings that it shows again."""
    shown = [(each, each.check, each.seen) for each in findings if each.check is not None and each.seen is not None]
    for (finding, check, _), seen in zip(shown, found.again([seen for _, _, seen in shown]), strict=True):
        said = check(found, seen)
        if isinstance(said, Mismatch):
            yield replace(finding, mismatch=said, seen=seen)


def _told(finding: Finding) -> dict[str, str]:
    if finding.mismatch is not None:
        message = finding.mismatch.note or f"expected {finding.mismatch.expected}"
        return {"operation": finding.operation, "status": "failed", "message": message}
    status = "not_verified" if finding.untold else "passed"
    return {"operation": finding.operation, "status": status, "message": finding.untold}


def _size(finding: Finding) -> int:
    request = getattr(finding.mismatch.evidence, "request", None) if finding.mismatch else None
    return len(request.path) + len(request.body or b"") if request else 0
