"""How a run reads in a terminal: failures with their evidence, a table by section, the verdict."""

from collections.abc import Iterator
from itertools import groupby

from conformance.catalogue import CATALOGUES, Requirement, Section, of_profile, sections
from conformance.report.model import Report
from conformance.text import Masker, excerpt, visible
from conformance.verdict import STATUSES, Outcome, counts

Line = tuple[str, dict[str, bool]]

# The report has more of every part.
_LONGEST = 1000
_LONGEST_COMMAND = 4000
_LABEL_WIDTH = 11
_MOST_NAMED = 6
_MOST_UNTRIED = 40
_COLOURS = {
    "passed": "green",
    "failed": "red",
    "error": "red",
    "unstable": "yellow",
    "blocked": "yellow",
    "waived": "yellow",
    "not_verified": "yellow",
}
_LETTERS = {
    "passed": ".",
    "failed": "F",
    "error": "E",
    "unstable": "U",
    "blocked": "B",
    "waived": "W",
    "not_verified": "-",
}


def letter(status: str) -> str:
    """Give the sign that shows a status while the run goes on."""
    return _LETTERS[status]


def header(report: Report, hint: str | None) -> list[str]:
    """Say what is about to be checked."""
    lines = [
        f"conformance: {report.url} ({report.kind}; reach {', '.join(report.reach)})",
        f"conformance: profile {report.profile}, effort {report.effort}, seed {report.seed}",
    ]
    return lines + ([f"conformance: note: {hint}"] if hint else [])


def failure(requirement: Requirement, outcome: Outcome, rerun: str, title: str, mask: Masker) -> str:
    """Give everything about a requirement that does not hold, a line for each part."""
    kind = "" if outcome.status == "failed" else f" · {outcome.status.replace('_', ' ')}"
    place = "api" if requirement.profile == "api" else f"guide {requirement.section}"
    head = f"{requirement.id}  ({place} · {title}, {requirement.level}){kind}"
    actual = outcome.actual
    if outcome.note and actual and actual != outcome.note:
        note = excerpt(visible(mask(outcome.note)), _LONGEST)
        actual = f"{excerpt(visible(mask(actual)), _LONGEST)}     ← {note}"
    elif actual:
        actual = excerpt(visible(mask(actual)), _LONGEST)
    explained = {"unstable": "failed once and held when it was tried again", "error": outcome.message}
    parts = [
        ("note", explained.get(outcome.status)),
        ("must hold" if requirement.profile == "api" else "the guide", requirement.statement.replace("`", "")),
        ("sent", outcome.sent),
        ("expected", outcome.expected),
        ("actual", actual),
        ("fails on", _failing(outcome)),
        ("hint", requirement.hint.replace("`", "") if outcome.status in ("failed", "unstable") else None),
        ("reproduce", _whole(outcome.curl)),
        ("rerun", rerun),
    ]
    shown = [head]
    for label, text in parts:
        if text:
            safe = text if label == "actual" else excerpt(visible(mask(text)), _LONGEST)
            shown.append(f"  {label:<{_LABEL_WIDTH}}{safe}")
    return "\n".join(shown)


def _failing(outcome: Outcome) -> str | None:
    """Name the operations on which a requirement does not hold, where they are several."""
    names = [each["operation"] for each in outcome.operations if each["status"] == "failed"]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more if len(names) > 1 else None


def _whole(command: str | None) -> str | None:
    # Half a command reproduces nothing.
    fits = command is None or len(command) <= _LONGEST_COMMAND
    return command if fits else "by the command that report.json has (as curl): it is too long to show"


def summary(report: Report, mask: Masker) -> Iterator[Line]:
    """Give the end of a run, line by line, with how each is to look."""
    titles = {section.number: section for catalogue in CATALOGUES for section in sections(catalogue)}
    shown = [o for o in report.outcomes.values() if o.status in ("failed", "unstable", "error")]
    if shown:
        yield "", {}
    for outcome in shown:
        requirement = report.selected[outcome.requirement]
        title = titles[requirement.section].slug.replace("-", " ")
        text = failure(requirement, outcome, report.rerun_of(outcome.requirement), title, mask)
        yield from ((line, {"bold": n == 0}) for n, line in enumerate(text.split("\n")))
        yield "", {}
    yield from _table(report, titles)
    yield from _unverified(report, mask)
    yield from _untried(report, mask)
    for leftover in report.leftovers:
        yield f"left on the target: {leftover.method} {leftover.path}: {visible(mask(leftover.note))}", {}
    yield from _verdict(report)


def _table(report: Report, titles: dict[int, Section]) -> Iterator[Line]:
    yield "section                      verified  not held", {"bold": True}
    rows = sorted(report.outcomes.values(), key=lambda o: report.selected[o.requirement].section)
    for number, group in groupby(rows, key=lambda o: report.selected[o.requirement].section):
        outcomes = list(group)
        passed = sum(outcome.status == "passed" for outcome in outcomes)
        rest = [f"{o.requirement} {o.status.replace('_', ' ')}" for o in outcomes if o.status != "passed"]
        if len(rest) > _MOST_NAMED:
            rest[_MOST_NAMED:] = [f"and {len(rest) - _MOST_NAMED} more"]
        known = titles[number].slug
        name = known if known.startswith("api-") else f"{number:>2} {known}"
        colour = "green" if not rest else _worst_colour(outcomes)
        yield f"{name:<29}{passed:>3} of {len(outcomes):<3} {', '.join(rest)}".rstrip(), {colour: True}
    yield "", {}


def _worst_colour(outcomes: list[Outcome]) -> str:
    return "red" if any(_COLOURS[o.status] == "red" for o in outcomes) else "yellow"


def _unverified(report: Report, mask: Masker) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for outcome in report.outcomes.values():
        if outcome.status in ("not_verified", "blocked", "waived"):
            # What was blocked or waived says so by itself.
            reason = f"not verified: {outcome.message}" if outcome.status == "not_verified" else outcome.message
            reasons.setdefault(reason, []).append(outcome.requirement)
    for reason, names in reasons.items():
        yield f"{visible(mask(reason))}: {', '.join(names)}", {"yellow": True}
    if reasons:
        yield "", {}


def _untried(report: Report, mask: Masker) -> Iterator[Line]:
    """Say by operation what could not be tried of requirements that hold elsewhere."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for outcome in report.outcomes.values():
        for each in outcome.operations if outcome.status != "not_verified" else ():
            if each["status"] == "not_verified":
                reasons.setdefault((each["operation"], each["message"]), []).append(outcome.requirement)
    for (operation, reason), names in list(reasons.items())[:_MOST_UNTRIED]:
        yield visible(mask(f"not tried: {operation}: {reason}: {', '.join(names)}")), {"yellow": True}
    if len(reasons) > _MOST_UNTRIED:
        yield f"not tried: and {len(reasons) - _MOST_UNTRIED} more, in report.json", {"yellow": True}
    if reasons:
        yield "", {}


def _verdict(report: Report) -> Iterator[Line]:
    numbers = counts(report.outcomes.values())
    told = ", ".join(f"{numbers[status]} {status.replace('_', ' ')}" for status in STATUSES)
    colour = "green" if report.verdict == "conformant" else "red"
    yield f"{told}  ({report.requests} requests, {report.duration_s:.1f} s, seed {report.seed})", {}
    whole = len(of_profile(report.profile))
    # The word alone would read as if it were about all of them.
    part = f", {len(report.selected)} of {whole} requirements" if len(report.selected) < whole else ""
    yield f"verdict: {report.verdict} ({report.profile}{part})", {colour: True, "bold": True}
