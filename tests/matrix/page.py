"""The page docs/kill-matrix.md, made from the figures."""

from collections.abc import Iterable

from conformance.catalogue import Requirement, requirements
from fixtures.faults import FAULTS
from tests.harness import ROOT
from tests.matrix.figures import Figures, Finding

FILE = ROOT / "docs" / "kill-matrix.md"
_PROFILES = ("core", "full", "api")
_COUNTED = (
    "profile",
    "requirements",
    "faults",
    "caught by their own requirement",
    "with nothing else red",
    "in whole runs",
    "shown to `st run`",
    "it reports",
)
_INTRODUCTION = """\
# Kill matrix

Made by `python -m tests.matrix` from [the figures](kill-matrix.json); CI fails when a requirement has no
fault, when a fault is not caught by its own requirement, or when anything else but its consequences turns red.

Every fault is a right app with one change that breaks one requirement (`fixtures/faults/`). The suite ran on
each at effort `quick`: the whole profile, or where it says *alone*, its own requirement. *Blocked* is what
depends on the requirement that failed, and was not judged. *Green* counts what passed.

The last column is what `st run` reports on the same fault with its default settings (with a token and a key,
where the app has accounts) and does not report on the right app in any of three runs. A dash: nothing.
*Not shown*: what it cannot be shown, such as how a server starts or what a Dockerfile says; or not measured.
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
        exact = [name for name in caught if faults[name]["failed"] == [faults[name]["requirement"]]]
        whole = sum(kill["whole"] for kill in faults.values())
        alone = [found for name, found in figures["alone"].items() if name in faults]
        counts = (len(rows), len(faults), len(caught), len(exact), whole, len(alone), sum(map(bool, alone)))
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
        cells = (row.id, f"`{name}`", red, _few(kill["blocked"]) or "", green, _alone(name, figures))
        yield f"| {' | '.join(map(str, cells))} |"


def _alone(name: str, figures: Figures) -> str:
    if name not in figures["alone"]:
        return "*not shown*" if name not in FAULTS or FAULTS[name].reach != "app" else "*not measured*"
    return ", ".join(map(_finding, figures["alone"][name][:3])) or "-"


def _finding(finding: Finding) -> str:
    return " ".join(filter(None, finding))


def _few(ids: list[str]) -> str:
    return ", ".join(ids) if len(ids) <= 6 else f"{len(ids)} requirements"
