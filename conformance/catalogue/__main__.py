"""Prints the contract as Markdown: ``python -m conformance.catalogue > docs/contract.md``."""

import sys
from collections.abc import Iterator
from importlib import resources

from conformance.catalogue import Section, sections

_HEAD = """| id | level | profile | needs | what must hold |
| --- | --- | --- | --- | --- |"""


def contract() -> str:
    """Give the whole contract: the preface, and the requirements of every section as a table."""
    preface = resources.files("conformance.catalogue").joinpath("preface.md").read_text(encoding="utf-8")
    return "\n".join([preface, *_requirements()]) + "\n"


def _requirements() -> Iterator[str]:
    yield "## The requirements"
    yield from _sections("guide")
    yield "\n## The `api` profile: any API that has an OpenAPI document"
    yield from _sections("api")


def _sections(catalogue: str) -> Iterator[str]:
    for section in sections(catalogue):
        yield f"\n### {section.number} · {section.slug}\n\n{section.title}\n"
        yield from _rows(section)
        if section.carried_by:
            yield f"Nothing to observe by itself; its points are carried by {', '.join(section.carried_by)}."


def _rows(section: Section) -> Iterator[str]:
    if section.requirements:
        yield _HEAD
    for row in section.requirements:
        statement = row.statement.replace("|", "\\|")
        yield f"| {row.id} | {row.level} | {row.profile} | {row.needs} | {statement} |"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # it is a text stream here
    sys.stdout.write(contract())
