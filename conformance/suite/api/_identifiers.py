"""Identifiers that the API itself gave: what a path parameter is filled with before it is made up."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.exchange import Answer
from conformance.suite.api._requests import OMITTED
from conformance.suite.operations import Operation, Parameter

# Of what a list holds, so many things are remembered.
_MOST_OF_A_LIST = 5
_MOST_OF_A_KIND = 40
_DEEPEST = 3
_REFERENCE = re.compile(r"(.+?)_?(?:id|Id|ID|uuid)s?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Thing:
    """Something that an answer told of: ``bound`` is what the path held that it came from.

    ``own`` is what the run made; ``distant`` is what may be something else.
    """

    resource: str
    value: Any
    bound: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False
    distant: bool = False


class Pool:
    """Everything that the API told of, by the name of its resource; ``names`` are what paths call its identifiers."""

    def __init__(self, names: Mapping[str, list[str]] | None = None) -> None:
        self.names = names or {}
        self._things: dict[str, list[Thing]] = {}

    def absorb(self, operation: Operation, bound: Mapping[str, Any], answer: Answer) -> None:
        """Remember what an answer holds; what a create answers with for the first time is the run's own."""
        value = answer.value
        nearest, *others = _resources(operation.template) or [""]
        if operation.method == "POST" and _is_what_holds(operation, bound, value):
            self._add(Thing(_held_in(operation), value, dict(bound)))
            value = _only(next((each for key, each in value.items() if _singular(key) == nearest), None))
        made = operation.method == "POST" and answer.status in (200, 201) and isinstance(value, dict)
        for each in _things(value):
            # The names in an object may be identifiers, or words of the API.
            named = isinstance(value, dict) and isinstance(each, str)
            thing = Thing(nearest, each, dict(bound), distant=named)
            # A body may hold other things beside the one that was made; the first with a name is it.
            own = made and not named and self._told(thing) is not OMITTED and not self._has(thing)
            made = made and not own
            self._add(replace(thing, own=own))
            for resource in others:
                self._add(Thing(resource, each, dict(bound), distant=True))

    def _has(self, thing: Thing) -> bool:
        told, listed = self._told(thing), self._things.get(thing.resource, [])
        return any(self._told(each) == told and _agree(each.bound, thing.bound) for each in listed if not each.own)

    def _told(self, thing: Thing) -> Any:
        """Give what a thing is told apart by: its id, or what the paths to things of its kind take."""
        found = (_identifier(thing, name) for name in ("id", *self.names.get(thing.resource, ())))
        return next((each for each in found if each is not OMITTED), OMITTED)

    def add(self, resource: str, bound: Mapping[str, Any], *, own: bool) -> None:
        """Remember identifiers that a link or a Location header named."""
        self._add(Thing(resource, None, dict(bound), own))

    def forget(self, operation: Operation, bound: Mapping[str, Any]) -> None:
        """Forget what an operation on a path removed."""
        last = operation.path_parameters[-1].name
        listed = self._things.get(resource_before(operation.template, last), [])
        gone = str(bound.get(last))
        # Things are often counted anew in each thing that holds them.
        listed[:] = [
            each for each in listed if str(_identifier(each, last)) != gone or not _agree(each.bound, bound, but=last)
        ]

    def is_foreign(self, operation: Operation, bound: Mapping[str, Any]) -> bool:
        """Tell whether what a path names was there before the run, as far as the API told of it."""
        last = operation.path_parameters[-1].name
        things = self._things.get(resource_before(operation.template, last), [])
        same = (each for each in things if str(_identifier(each, last)) == str(bound[last]))
        return any(not each.own and _agree(each.bound, bound, but=last) for each in same)

    def bindings(self, operation: Operation, *, own: bool = False) -> Iterator[dict[str, Any]]:
        """Give ways to fill the whole path of an operation; with ``own``, of the run's own things only."""
        names = operation.path_parameters
        if not names:
            yield {}
            return
        last = names[-1]
        resource = resource_before(operation.template, last.name)
        for thing in self._ranked(resource):
            if own and not thing.own:
                continue
            found = self._bind(operation, names, thing)
            if found is not None:
                yield found

    def known(self, name: str) -> Any:
        """Give the identifier that a property such as ``user_id`` may hold, OMITTED where none is known."""
        for thing in self._ranked(_referred(name)):
            found = _referred_to(thing, name)
            # Some call a reference by the name of the thing alone; a text of that name may be anything.
            told = found is not OMITTED and (isinstance(found, int) or _REFERENCE.fullmatch(name))
            if told or (isinstance(found, str) and _UUID.fullmatch(found)):
                return found
        return OMITTED

    def named(self, name: str) -> Any:
        """Give the identifier of a thing that paths call by this name, as in ``sku``; OMITTED where none is known."""
        resources = (resource for resource, names in self.names.items() if name in names)
        found = (_identifier(each, name) for resource in resources for each in self._ranked(resource))
        return next((each for each in found if each is not OMITTED), OMITTED)

    def refers_to_nothing(self, name: str, value: Any) -> bool:
        """Tell whether a property is named as a reference is, and its value is no identifier that the API gave."""
        listed = self._things.get(_referred(name))
        told = {str(_referred_to(each, name)) for each in listed or ()}
        values = value if isinstance(value, list) else [value]
        return listed is not None and not told.issuperset(map(str, values))

    def _bind(self, operation: Operation, names: list[Parameter], thing: Thing) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for parameter in reversed(names):
            value = thing.bound.get(parameter.name, OMITTED)
            if value is OMITTED and parameter is names[-1]:
                value = _identifier(thing, parameter.name)
            if value is OMITTED:
                others = self._ranked(resource_before(operation.template, parameter.name))
                told = (_identifier(each, parameter.name) for each in others)
                value = next((each for each in told if each is not OMITTED), OMITTED)
            if value is OMITTED:
                return None
            found[parameter.name] = value
        return found

    def _ranked(self, resource: str) -> list[Thing]:
        # The newest first, and the run's own before others'.
        listed = self._things.get(resource, [])[::-1]
        return sorted(listed, key=lambda each: (not each.own, each.distant))

    def _add(self, thing: Thing) -> None:
        listed = self._things.setdefault(thing.resource, [])
        if len(listed) < _MOST_OF_A_KIND:
            listed.append(thing)


def names_of(operations: Iterable[Operation]) -> dict[str, list[str]]:
    """Give what the paths of a document call the identifiers of each resource."""
    found: dict[str, list[str]] = {}
    for operation in operations:
        for each in operation.path_parameters[-1:]:
            names = found.setdefault(resource_before(operation.template, each.name), [])
            if each.name not in names:
                names.append(each.name)
    return found


def _agree(one: Mapping[str, Any], other: Mapping[str, Any], *, but: str = "") -> bool:
    """Tell whether two things may lie in the same place, by what both their paths held."""
    return all(str(one[name]) == str(other[name]) for name in one if name in other and name != but)


def resource_before(template: str, name: str) -> str:
    """Give the name of the resource whose identifier a path parameter is."""
    before = template.partition("{" + name + "}")[0].rstrip("/")
    steps = [step for step in before.split("/") if step and "{" not in step]
    return _singular(steps[-1]) if steps else _singular(re.sub(r"_?id$", "", name, flags=re.IGNORECASE))


def is_below(item: Operation, create: Operation) -> bool:
    """Tell whether a path is a create's own with one parameter more, or names one of the same resource."""
    first, last = create.template.rstrip("/"), item.template.rstrip("/")
    if not last.endswith("}") or "{" not in last.rpartition("/")[2]:
        return False
    if last.rpartition("/")[0] == first:
        return True
    names = item.path_parameters
    same = resource_before(item.template, names[-1].name) == resource_before(first + "/{id}", "id") if names else False
    return same and len(names) <= len(create.path_parameters) + 1


def _resources(template: str) -> list[str]:
    """Give what the things of a path may be called: by its last step, and by those before it up to a parameter."""
    found: list[str] = []
    for step in reversed([step for step in template.split("/") if step]):
        if "{" in step and found:
            break
        if "{" not in step:
            found.append(_singular(step))
    return list(dict.fromkeys(found))


def _referred(name: str) -> str:
    """Give the name of the resource that a property of this name refers to, if it is a reference."""
    match = _REFERENCE.fullmatch(name)
    return _singular(match[1] if match else name)


def _referred_to(thing: Thing, name: str) -> Any:
    return _identifier(thing, name.removesuffix("s") if _REFERENCE.fullmatch(name) else thing.resource)


def _held_in(operation: Operation) -> str:
    return resource_before(operation.template, operation.path_parameters[-1].name)


def _is_what_holds(operation: Operation, bound: Mapping[str, Any], value: Any) -> bool:
    """Tell whether an answer is the thing below which another was made, as a cart to which something was added."""
    if not operation.path_parameters or not isinstance(value, dict) or operation.template.endswith("}"):
        return False
    last = operation.path_parameters[-1].name
    # What was made may name what holds it, and have the same number by chance.
    told = OMITTED if last in value and last != "id" else _identifier(Thing(_held_in(operation), value), last)
    lists = any(isinstance(each, list) and any(isinstance(one, dict) for one in each) for each in value.values())
    unlikely = isinstance(told, str) and _UUID.fullmatch(told)
    return told is not OMITTED and str(told) == str(bound.get(last)) and bool(unlikely or lists)


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _singular(word: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", word.lower())
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "y"
    if plain.endswith(("sses", "xes", "ches", "shes")):
        return plain[:-2]
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


def _things(value: Any, depth: int = 0) -> Iterator[Any]:
    """Give the things of an answer: itself, what it lists, or what it lists under one of its names."""
    if isinstance(value, list):
        # A text inside of a thing is one of its properties, and names nothing.
        kinds = (dict,) if depth else (dict, str, int)
        yield from (each for each in value[:_MOST_OF_A_LIST] if isinstance(each, kinds))
    elif isinstance(value, dict):
        yield value
        for each in value.values() if depth < _DEEPEST else ():
            if isinstance(each, (list, dict)):
                yield from _things(each, depth + 1)
        if value and all(isinstance(each, dict) for each in value.values()):
            # A list that is kept by its identifiers.
            yield from list(value)[:_MOST_OF_A_LIST]


def _identifier(thing: Thing, name: str) -> Any:
    """Give what fills a path parameter of this name, OMITTED where a thing has nothing that could."""
    if name in thing.bound and thing.value is None:
        return thing.bound[name]
    value = thing.value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return value
    if not isinstance(value, dict):
        return OMITTED
    plain = {re.sub(r"[^a-z0-9]", "", str(key).lower()): each for key, each in value.items()}
    wanted = re.sub(r"[^a-z0-9]", "", name.lower())
    # As in id_or_name.
    either = [re.sub(r"[^a-z0-9]", "", each.lower()) for each in re.split(r"_or_|-or-|Or(?=[A-Z])", name)]
    names = [wanted, wanted.removeprefix(thing.resource), *either]
    if re.search(r"(id|pk|key|ref)$", wanted) or wanted == thing.resource:
        names += ["id", "uuid", "pk", "key", f"{thing.resource}id", f"{thing.resource}uuid"]
    names += ["name", "slug", "login", "handle"] if wanted in (thing.resource, "name", "slug") else []
    for each in names:
        found = plain.get(each)
        if each and isinstance(found, (str, int)) and not isinstance(found, bool) and found != "":
            return found
    return OMITTED


def stable(value: Any) -> str:
    """Write a value so that equal ones are written alike."""
    return json.dumps(value, sort_keys=True, default=str)
