"""report.json: the one account of a run, from which every other report is made."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance import __version__
from conformance.catalogue import Requirement
from conformance.ledger import Leftover
from conformance.text import Masker, excerpt
from conformance.verdict import Outcome, Word, counts

SCHEMA_VERSION = 1
FILE = "report.json"
# Of a text that came from a target, or that was sent to it, no more than this is told.
_LONGEST = 50_000


@dataclass
class Report:
    """A run as it is told: everything in it is masked when it is written."""

    kind: str
    url: str
    reach: tuple[str, ...]
    profile: str
    effort: str
    seed: int
    selected: Mapping[str, Requirement]
    verdict: Word = "error"
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    leftovers: list[Leftover] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    duration_s: float = 0.0
    requests: int = 0
    rerun: str = ""

    def rerun_of(self, requirement: str) -> str:
        """Give the command that tries one requirement again, with the same values."""
        return f"{self.rerun} --requirement {requirement} --hypothesis-seed={self.seed}"

    def as_dict(self, mask: Masker) -> dict[str, Any]:
        """Give the content of report.json, with the run's credentials masked."""
        # Only free text is masked: a password that is a word of the report must not change its shape.
        rows = [self._row(self.selected[id], outcome, mask) for id, outcome in self.outcomes.items()]
        left = [{"method": each.method, "path": mask(each.path), "note": mask(each.note)} for each in self.leftovers]
        return {
            "schema_version": SCHEMA_VERSION,
            "kit_version": __version__,
            "profile": self.profile,
            "effort": self.effort,
            "seed": self.seed,
            "started": self.started.isoformat(timespec="seconds"),
            "duration_s": round(self.duration_s, 3),
            "requests": self.requests,
            "target": {"kind": self.kind, "url": mask(self.url), "reach": list(self.reach)},
            "verdict": self.verdict,
            "counts": counts(self.outcomes.values()),
            "requirements": rows,
            "leftovers": left,
        }

    def _row(self, requirement: Requirement, outcome: Outcome, mask: Masker) -> dict[str, Any]:
        tried = outcome.status not in ("passed", "not_verified")

        def masked(text: str | None) -> str | None:
            return text if text is None else excerpt(mask(text), _LONGEST)

        return {
            "id": requirement.id,
            "section": requirement.section,
            "slug": requirement.slug,
            "level": requirement.level,
            "profile": requirement.profile,
            "needs": requirement.needs,
            "status": outcome.status,
            "blocked_by": outcome.blocked_by,
            "message": excerpt(mask(outcome.message), _LONGEST),
            "hint": requirement.hint if tried else "",
            "sent": masked(outcome.sent),
            "expected": masked(outcome.expected),
            "actual": masked(outcome.actual),
            "curl": outcome.curl and mask(outcome.curl),
            "rerun": mask(self.rerun_of(requirement.id)),
            "duration_s": round(outcome.duration_s, 3),
            "requests": outcome.requests,
        } | ({"operations": self._operations(outcome, mask)} if outcome.operations else {})

    def _operations(self, outcome: Outcome, mask: Masker) -> list[dict[str, str]]:
        return [
            {key: excerpt(mask(value), _LONGEST) if key == "message" else value for key, value in each.items()}
            for each in sorted(outcome.operations, key=lambda each: each["operation"].split(" ")[::-1])
        ]


def write(report: Report, folder: Path, mask: Masker) -> Path:
    """Write report.json into a folder, whole or not at all.

    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    partial = path.with_suffix(".partial")
    text = json.dumps(report.as_dict(mask), ensure_ascii=True, indent=2)
    try:
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    return path
