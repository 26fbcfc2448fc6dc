"""The page docs/kill-matrix.md, made from the figures."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from conformance.catalogue import Requirement, requirements
from fixtures.faults import FAULTS
from fixtures.faults.sources import SOURCE_FAULTS
from tests.harness import ROOT
from tests.matrix.figures import Figures, Finding

FILE = ROOT / "docs" / "kill-matrix.md"
_PROFILES = ("core", "full", "api")
_SHOWN = 3
_COUNTED = (
    "profile",
    "requirements",
    "faults",
    "caught by their own requirement",
    "tried in whole runs",
    "of these with nothing else red",
    "shown to `st run`",
    "it reports",
)
_INTRODUCTION = """\
# Kill matrix

What turns red, requirement by requirement, when a right app is broken on purpose; and what Schemathesis
says about the same app. Made by `python -m tests.matrix` from [the figures](kill-matrix.json). CI fails when
a requirement has no fault, when a fault is not caught by its own requirement, or when anything else but its
consequences turns red.

A *fault* is a right app with one change that breaks one requirement, as small as can be: its name leads to its
code, and what it does wrong stands beside it. The suite ran on each at effort `quick`: the whole profile, or
where it says *alone*, its own requirement, when nothing else could turn red. *Blocked* is what depends on
the requirement that failed, and was not judged. *Green* counts what passed.

The last column is what `st run` reports on the same fault with its default settings (with a token and a key,
where the app has accounts) and does not report on the right app in any of three runs: the code of a check,
which `st explain` tells the meaning of, and the operation. A dash: nothing. *Cannot be shown*: what one
running server does not show, such as how it starts or what a Dockerfile says. *Not measured*: it was not
tried on this one.
"""


def page(figures: Figures) -> str:
    """Give the page in Markdown."""
    parts = [_INTRODUCTION, _summary(figures), _right(figures)]
    for profile in _PROFILES:
        parts += [f"## Profile {profile}\n", *_sections(profile, figures)]
    return "\n".join(parts)


def _own(profile: str) -> dict[str, Requirement]:
    return {id: row for id, row in requirements().items() if row.profile == profile}


def _summary(figures: Figures) -> str:
    lines = [f"| {' | '.join(_COUNTED)} |", f"| --- |{' --: |' * (len(_COUNTED) - 1)}"]
    for profile in _PROFILES:
        rows = _own(profile)
        faults = {name: kill for name, kill in figures["faults"].items() if kill["requirement"] in rows}
        caught = [name for name, kill in faults.items() if kill["requirement"] in kill["failed"]]
        whole = [kill for kill in faults.values() if kill["whole"]]
        exact = sum(kill["failed"] == [kill["requirement"]] for kill in whole)
        alone = [found for name, found in figures["alone"].items() if name in faults]
        counts = (len(rows), len(faults), len(caught), len(whole), exact, len(alone), sum(map(bool, alone)))
        lines.append(f"| {profile} | {' | '.join(map(str, counts))} |")
    versions = ", ".join(f"{name} {version}" for name, version in sorted(figures["versions"].items()))
    return "\n".join([*lines, "", f"Measured with {versions}.", ""])


def _right(figures: Figures) -> str:
    lines = ["## Right implementations\n", "| | profile | verdict | passed | failed | not verified |"]
    lines.append("| --- | --- | --- | --: | --- | --- |")
    for name, seen in figures["right"].items():
        failed = ", ".join(f"{id} ({requirements()[id].level})" for id in seen["failed"]) or "none"
        cells = (name, seen["profile"], seen["verdict"], seen["passed"], failed, _few(seen["not_verified"]))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, ""])


def _sections(profile: str, figures: Figures) -> Iterable[str]:
    rows = _own(profile)
    for section in dict.fromkeys((row.section, row.slug) for row in rows.values()):
        yield f"### {section[0]} · {section[1]}\n"
        yield "| requirement | fault | turned red | blocked | green | `st run` reports |"
        yield "| --- | --- | --- | --- | --: | --- |"
        for row in rows.values():
            if (row.section, row.slug) == section:
                yield from _faults(row, figures)
        yield ""


def _faults(row: Requirement, figures: Figures) -> Iterable[str]:
    for name, kill in figures["faults"].items():
        if kill["requirement"] != row.id:
            continue
        red = ", ".join(kill["failed"]) + ("" if kill["whole"] else " (alone)")
        green = kill["passed"] if kill["whole"] else ""
        fault = f"[`{name}`]({_file(name)}): {_described(name)}"
        cells = (f"{row.id} ({row.level})", fault, red, _few(kill["blocked"]) or "", green, _alone(name, figures))
        yield f"| {' | '.join(map(str, cells))} |"


def _made_by(name: str) -> Callable[..., Any]:
    return FAULTS[name].change if name in FAULTS else SOURCE_FAULTS[name][1]


def _file(name: str) -> str:
    return f"../{_made_by(name).__module__.replace('.', '/')}.py"


def _described(name: str) -> str:
    told = (inspect.getdoc(_made_by(name)) or "").partition("\n")[0]
    return told.replace("|", "\\|")


def _alone(name: str, figures: Figures) -> str:
    if name not in figures["alone"]:
        return "*cannot be shown*" if name not in FAULTS or FAULTS[name].reach != "app" else "*not measured*"
    found = figures["alone"][name]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return ", ".join([*map(_finding, found[:_SHOWN]), *more]) or "-"


def _finding(finding: Finding) -> str:
    return " ".join(filter(None, finding))


def _few(ids: list[str]) -> str:
    return ", ".join(ids) if len(ids) <= 6 else f"{len(ids)} requirements"
