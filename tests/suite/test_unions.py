"""Unions whose alternatives only a discriminator tells apart."""

from typing import Any

import pytest

from conformance.properties import Draws
from conformance.suite.api._broken import broken
from conformance.suite.api._requests import Values
from conformance.suite.api._samples import Sampler
from conformance.suite.operations import operations
from conformance.suite.schemas import Schemas
from tests.suite.api.makers import FINE, TEXT, schemas_of, taking

BASE = {"type": "object", "required": ["kind", "name"], "properties": {"kind": TEXT, "name": TEXT}}
BASED = {"$ref": "#/components/schemas/Base"}


def extending(*required: str, **properties: Any) -> dict[str, Any]:
    """Give a schema that extends the base."""
    return {"allOf": [BASED, {"type": "object", "required": list(required), "properties": properties}]}


HEIRS = {
    "Car": extending(doors={"type": "integer"}),
    "Truck": extending("payload", payload={"type": "number"}),
}
MAPPING = {"car": "#/components/schemas/Car", "lorry": "#/components/schemas/Truck"}
TOLD = {"propertyName": "kind", "mapping": MAPPING}
UNION = {"oneOf": [{"$ref": "#/components/schemas/Car"}, {"$ref": "#/components/schemas/Truck"}], "discriminator": TOLD}
CAR, LORRY = {"kind": "car", "name": "a"}, {"kind": "lorry", "name": "b", "payload": 1.5}


def vehicles(*, inherits: bool = False, union: Any = UNION) -> tuple[Schemas, Any]:
    """Give schemas, and the one of vehicles: a union, or a base that others extend."""
    base = {**BASE, "discriminator": TOLD} if inherits else BASE
    paths = {"/vehicles": {"post": {**FINE, "requestBody": taking(BASED if inherits else union)}}}
    schemas = schemas_of(paths, version="3.0.3", schemas={"Base": base, **HEIRS})
    [create] = operations(schemas)
    assert create.body is not None
    return schemas, create.body.schema


@pytest.mark.parametrize("value", [CAR, LORRY, {"kind": "Truck", "name": "c", "payload": 2}])
def test_what_the_discriminator_names_is_of_one_alternative_alone(value: Any) -> None:
    schemas, vehicle = vehicles()

    assert schemas.contradiction(vehicle, value) is None


@pytest.mark.parametrize("value", [{"kind": "lorry", "name": "b"}, {"kind": "ship", "name": "c"}, {"name": "d"}])
def test_what_it_names_otherwise_is_of_none(value: Any) -> None:
    schemas, vehicle = vehicles()

    assert schemas.contradiction(vehicle, value) is not None


def test_without_a_discriminator_one_alternative_alone_is_to_accept() -> None:
    schemas, vehicle = vehicles(union={"oneOf": UNION["oneOf"]})

    assert schemas.contradiction(vehicle, LORRY) is not None


@pytest.mark.parametrize("inherits", [False, True], ids=["a union", "a base"])
def test_samples_are_named_as_the_mapping_has_it(inherits: bool) -> None:
    schemas, vehicle = vehicles(inherits=inherits)

    kinds = [each["properties"]["kind"]["enum"] for each in schemas.alternatives(vehicle)]
    sample = Sampler(schemas, Draws(1, "quick", "vehicles")).value(vehicle)

    assert kinds == [["car"], ["lorry"]]
    assert sample["kind"] == "car"


def test_a_value_that_names_no_alternative_is_not_taken_for_wrong_input() -> None:
    schemas, _ = vehicles()
    [create] = operations(schemas)

    parts = {(each.part, each.rule) for each in broken(create, Values({}, CAR), schemas)}

    assert ("kind", "enum") not in parts
    assert ("kind", "required") in parts


def test_a_base_that_is_named_has_things_of_its_own_kind() -> None:
    mapping = {**MAPPING, "other": "#/components/schemas/Base"}
    base = {**BASE, "discriminator": {"propertyName": "kind", "mapping": mapping}}
    schemas = schemas_of({}, schemas={"Base": base, **HEIRS})

    kinds = [each["properties"]["kind"]["enum"] for each in schemas.alternatives(BASED)]

    assert kinds == [["car"], ["lorry"], ["other"]]


def test_what_extends_a_base_may_be_in_an_answer() -> None:
    schemas, vehicle = vehicles(inherits=True)

    fitting = [each for each in schemas.alternatives(vehicle) if schemas.accepts(each, LORRY, "response")]

    assert [sorted(each["properties"]) for each in fitting] == [["kind", "name", "payload"]]
