"""Which of many operations are studied, and by which worker."""

from typing import TypeVar

from conformance.suite.operations import Operation

T = TypeVar("T")


def spread(listed: list[T], most: int) -> list[T]:
    """Take so many of a list, evenly, where it is longer."""
    if len(listed) <= most:
        return listed
    step = len(listed) / most
    return [listed[int(n * step)] for n in range(most)]


def part_of(listed: list[Operation], number: int, of: int) -> list[Operation]:
    """Give one of so many parts of the operations, counted from 1: the same in every process."""
    families: dict[str, list[Operation]] = {}
    for each in listed:
        families.setdefault(_family(each), []).append(each)
    parts: list[list[Operation]] = [[] for _ in range(of)]
    # The largest first, each to whoever has least.
    for family in sorted(families.values(), key=len, reverse=True):
        min(parts, key=len).extend(family)
    chosen = set(map(id, parts[number - 1]))
    return [each for each in listed if id(each) in chosen]


def _family(operation: Operation) -> str:
    """Name what is before a path's first parameter: the collection that its things are in."""
    return operation.template.partition("{")[0].rstrip("/")
