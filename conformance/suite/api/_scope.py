"""Which operations of a document a run may try: what includes, excludes and reading alone leave of it."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from conformance.catalogue import nearest
from conformance.checks import CannotTell
from conformance.settings import Settings
from conformance.suite.operations import SAFE, Operation

# The suite's own methods; OPTIONS and TRACE are servers' business.
_TRIED = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_WILD = set("*?[")
_MOST_NAMED = 4


def in_scope(found: list[Operation], settings: Settings) -> list[Operation]:
    """Give the operations that a run may try.

    Raises CannotTell where a name is nobody's: by a slip others would be tried than were meant.
    """
    for option, patterns in (("include", settings.include), ("exclude", settings.exclude)):
        missed = [pattern for pattern in patterns if not any(_matches(each, (pattern,)) for each in found)]
        # What is left out by DELETE * may well have no DELETE, but something is to be tried.
        idle = missed == list(patterns) and option == "include"
        wrong = missed if idle else [pattern for pattern in missed if not _WILD & set(pattern)]
        if wrong and found:
            raise CannotTell(f"--{option} {wrong[0]} matches no operation of the document{_offer(wrong[0], found)}")
    kept = [each for each in found if each.method in _TRIED and _is_wanted(each, settings)]
    if not kept:
        raise CannotTell("the document has no operation that this run may try")
    return kept


def _is_wanted(operation: Operation, settings: Settings) -> bool:
    if settings.read_only and operation.method not in SAFE:
        return False
    included = not settings.include or _matches(operation, settings.include)
    return included and not _matches(operation, settings.exclude)


def _matches(operation: Operation, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in _names(operation) for pattern in patterns)


def _names(operation: Operation) -> Iterator[str]:
    yield from (name for name in (*operation.tags, operation.id, operation.template, operation.label) if name)


def _offer(pattern: str, found: list[Operation]) -> str:
    names = list(dict.fromkeys(name for each in found for name in _names(each)))
    more = ", …" if len(names) > _MOST_NAMED else ""
    return nearest(pattern, names) or f"; known are: {', '.join(names[:_MOST_NAMED])}{more}"
