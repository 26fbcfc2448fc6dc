"""Documents, operations and answers as tests of the api profile's modules need them."""

import json
from typing import Any

from conformance.exchange import Answer
from conformance.suite.operations import Operation, operations
from conformance.suite.schemas import Schemas

TEXT: dict[str, Any] = {"type": "string"}
FINE: dict[str, Any] = {"responses": {"200": {"description": "Fine"}}}


def schemas_of(paths: dict[str, Any], version: str = "3.1.0", **components: Any) -> Schemas:
    """Give the schemas of a document of these paths."""
    info = {"title": "Made up", "version": "1"}
    return Schemas({"openapi": version, "info": info, "paths": paths, "components": components})


def operation(label: str, *, schema: Any = TEXT, **definition: Any) -> Operation:
    """Give an operation by its label, as in ``GET /items/{item_id}``; its path's parameters are of one ``schema``."""
    method, template = label.split(" ")
    names = [step[1:-1] for step in template.split("/") if step.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]
    told = {**FINE, **definition, "parameters": [*parameters, *definition.get("parameters", [])]}
    [found] = operations(schemas_of({template: {method.lower(): told}}))
    return found


def taking(schema: Any, media_type: str = "application/json", *, required: bool = True) -> dict[str, Any]:
    """Give a request body of one schema."""
    return {"required": required, "content": {media_type: {"schema": schema}}}


def saying(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    """Give a response of one schema."""
    return {"description": "Fine", "content": {media_type: {"schema": schema}}}


def told(value: Any, status: int = 200, **headers: str) -> Answer:
    """Give an answer of a JSON value; in a header's name ``_`` stands for ``-``."""
    given = [(name.replace("_", "-"), text) for name, text in headers.items()]
    return Answer(status, (("Content-Type", "application/json"), *given), json.dumps(value).encode())
