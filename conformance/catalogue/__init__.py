"""The catalogue: every requirement of the contract as data, read from the TOML files beside it."""

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Level = Literal["MUST", "SHOULD"]
Need = Literal["http", "app", "process", "source"]

PROFILES = ("core", "full", "api")
CATALOGUES = ("guide", "api")


class UnknownName(LookupError):
    """No requirement, section or profile has this name; the message offers the nearest ones."""


@dataclass(frozen=True)
class Requirement:
    """One row of the contract.

    ``profile`` is the smallest profile that asks for it. ``depends_on`` names requirements whose
    failure makes this one meaningless.
    """

    id: str
    section: int
    slug: str
    level: Level
    profile: str
    needs: Need
    statement: str
    hint: str
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One section of a catalogue; ``carried_by`` names the sections that carry an informative one's points."""

    number: int
    slug: str
    title: str
    requirements: tuple[Requirement, ...]
    carried_by: tuple[str, ...] = ()


@cache
def sections(catalogue: str = "guide") -> tuple[Section, ...]:
    """Give the sections of a catalogue, ``guide`` or ``api``, in the order of its file."""
    text = resources.files(__package__).joinpath(f"{catalogue}.toml").read_text(encoding="utf-8")
    return tuple(_section(entry) for entry in tomllib.loads(text)["section"])


@cache
def requirements() -> dict[str, Requirement]:
    """Give every requirement of every catalogue by its id."""
    return {r.id: r for catalogue in CATALOGUES for section in sections(catalogue) for r in section.requirements}


def requirement(name: str) -> Requirement:
    """Give the requirement with this id.

    Raises UnknownName when there is none.
    """
    if name not in requirements():
        raise UnknownName(unknown("requirement", name, requirements()))
    return requirements()[name]


def of_profile(profile: str) -> dict[str, Requirement]:
    """Give the requirements of a profile by id; ``full`` contains ``core``."""
    included = {"core": {"core"}, "full": {"core", "full"}, "api": {"api"}}[profile]
    return {id: r for id, r in requirements().items() if r.profile in included}


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say in one line that a name is not known, with the nearest ones that are."""
    return f"unknown {kind} {name!r}{nearest(name, known)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether one of the nearest names was meant: what a complaint ends with, empty where none is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _section(entry: dict[str, Any]) -> Section:
    rows = tuple(
        Requirement(
            section=entry["number"],
            slug=entry["slug"],
            depends_on=tuple(row.pop("depends_on", ())),
            **row,
        )
        for row in map(dict, entry.get("requirement", ()))
    )
    return Section(entry["number"], entry["slug"], entry["title"], rows, tuple(entry.get("carried_by", ())))
