"""Values of parameters: the same for the whole run where they tell in whose part of the API a request is."""

from collections.abc import Iterable
from typing import Any

from conformance.suite.api._requests import Values
from conformance.suite.api._samples import Sampler
from conformance.suite.operations import SAFE, Operation, Parameter


class Parameters:
    """Makes values of parameters; what a header such as ``X-Tenant`` holds is the same for a write and for its read."""

    def __init__(self, sampler: Sampler, operations: Iterable[Operation]) -> None:
        self._sampler = sampler
        self._scoping = scoping(operations)
        self._made: dict[tuple[str, str, bool], Any] = {}

    def value(self, parameter: Parameter, *, whole: bool, told: bool) -> Any:
        """Make a value, or give the one that was made before.

        Raises Unsampled.
        """
        key = (parameter.place, parameter.name.lower(), told)
        if key in self._made:
            return self._made[key]
        made = self._sampler.value(parameter.schema, parameter.name, whole=whole, told=told)
        if key[:2] in self._scoping:
            self._made[key] = made
        return made

    def are_elsewhere(self, values: Values, others: Values) -> bool:
        """Tell whether two requests are in different parts of the API."""
        differ = {key for key, each in values.parameters.items() if others.parameters.get(key) != each}
        return any((place, name.lower()) in self._scoping for place, name in differ)


def scoping(operations: Iterable[Operation]) -> set[tuple[str, str]]:
    """Give the parameters, but for those of paths, that reads and writes ask for alike."""
    asked: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for operation in operations:
        names = {(each.place, each.name.lower()) for each in operation.parameters if each.required}
        asked[operation.method in SAFE] |= {each for each in names if each[0] != "path"}
    return asked[True] & asked[False]
