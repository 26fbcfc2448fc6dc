"""What reads showed after something was made, changed, refused or removed."""

from dataclasses import dataclass, field
from typing import Any

from conformance.suite.api._compared import in_common
from conformance.suite.api._survey import Seen
from conformance.suite.operations import Operation

GONE = (404, 410)


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

    def unavailable(self, create: Operation, read: Operation, seen: Seen) -> None:
        """Keep that what was made is not where a documented read looks for it."""
        expected = f"what {create.label} made, at {read.label} (document: {create.pointer})"
        self.reads.append(Read("api-created-available", create, seen, False, expected, "it is not there"))

    def unchanged(self, write: Operation, refused: str, after: Seen, steady: Any, other: Any) -> bool:
        """Keep whether a refusal left a thing alone: what differs between two reads at once changes by itself."""
        held = in_common(steady, other) == steady and after.succeeded
        expected = f"the thing as it was before {write.label} was refused with {refused}"
        note = "" if held else "it has changed"
        self.reads.append(Read("api-rejected-changes-nothing", write, after, held, expected, note))
        return held
