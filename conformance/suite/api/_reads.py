"""What reads showed after something was made, changed, refused or removed."""

from dataclasses import dataclass, field

from conformance.suite.api._survey import Seen
from conformance.suite.operations import Operation


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
