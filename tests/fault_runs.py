"""What the suite is asked about each fault, and what may turn red."""

import json
import os
from pathlib import Path

from conformance.catalogue import of_profile, requirements
from conformance.settings import Settings
from conformance.watch import rules
from fixtures.faults import FAULTS, load_all, right
from fixtures.faults._bases import CONFIGURATION
from fixtures.faults.sources import SOURCE_FAULTS
from tests.harness import ROOT

load_all()
EVERY = bool(os.environ.get("ALL_FAULTS"))
BOOKSHOP = ROOT / "fixtures" / "implementations" / "tutorial.toml"
# What a rule about every answer of the run finds, a run of one requirement need not see.
WATCHED = set(rules(Settings()))
# What each breaks, by its name.
BROKEN = {name: fault.requirement for name, fault in FAULTS.items()}
BROKEN |= {name: requirement for name, (requirement, _) in SOURCE_FAULTS.items()}
# The faults of each requirement; the one named after it alone is the first.
WAYS = {id: sorted(name for name, broken in BROKEN.items() if broken == id) for id in set(BROKEN.values())}
FIRST = {requirement: ways[0] for requirement, ways in WAYS.items()}


def profile(name: str) -> str:
    """Give the profile that a fault is held to."""
    return FAULTS[name].profile if name in FAULTS else "full"


def arguments(name: str, folder: Path, *, whole: bool) -> list[str]:
    """Give what pytest is told for a run against a fault: of everything, or of its requirement alone.

    What the run needs is made in ``folder``.
    """
    words = ["--effort", "quick", "--profile", profile(name)]
    if name in SOURCE_FAULTS:
        return [*words, *_of_source(name, folder / name, whole=whole)]
    fault = FAULTS[name]
    if fault.reach == "process":
        words += ["--target-command", f"uvicorn fixtures.faults:{name} --port {{port}}"]
    else:
        words += ["--target-app", f"fixtures.faults:{name}"]
    if fault.profile != "core":
        words += ["--target-config", str(CONFIGURATION if fault.profile == "full" else BOOKSHOP)]
    if fault.has_contract:
        words += ["--openapi", str(contract(folder))]
    return words if whole else [*words, "--requirement", fault.requirement]


def contract(folder: Path) -> Path:
    """Give the right bookshop's document as a file, made by whatever version of FastAPI is there."""
    file = folder / "openapi.json"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Two workers may come here at once.
        made = file.with_suffix(f".{os.getpid()}")
        made.write_text(json.dumps(right("tutorial").openapi()))
        made.replace(file)
    return file


def _of_source(name: str, folder: Path, *, whole: bool) -> list[str]:
    requirement, make = SOURCE_FAULTS[name]
    if not folder.exists():
        make(folder)
    # The source is looked at beside a target that is there to be reached, and right.
    words = ["--target-app", "fixtures.implementations.guide:app", "--target-source", str(folder)]
    asked = [row.id for row in of_profile("full").values() if row.needs == "source"] if whole else [requirement]
    return [*words, *(word for id in asked for word in ("--requirement", id))]


def consequences(id: str) -> set[str]:
    """Give what depends on a requirement, directly or through others."""
    found: set[str] = set()
    while more := {row.id for row in requirements().values() if {id, *found} & set(row.depends_on)} - found:
        found |= more
    return found


def exit_code(*failed: str) -> int:
    """Give the exit code of a run in which these requirements are not held, and all else is."""
    return max((int(requirements()[id].level == "MUST") for id in failed), default=0)
