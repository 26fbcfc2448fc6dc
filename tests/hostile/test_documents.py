"""An OpenAPI document of any size and shape costs bounded time and memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.measured import ALL, Measured, assert_sound, measure
from tests.hostile.relay import OK, Deed, forever, relaying, saying
from tests.servers import answer

Document = dict[str, Any]


def many_paths(found: Document) -> None:
    found["paths"] |= {f"/none/{n}": found["paths"]["/search"] for n in range(5_000)}


def nested(depth: int) -> Callable[[Document], None]:
    def edit(found: Document) -> None:
        schema: Any = {"type": "string"}
        for _ in range(depth):
            schema = {"type": "array", "items": schema}
        found["components"]["schemas"]["CreateItem"]["properties"]["extra"] = schema

    return edit


def recursive(found: Document) -> None:
    found["components"]["schemas"]["CreateItem"]["properties"]["name"] = {"$ref": "#/components/schemas/A"}
    found["components"]["schemas"] |= {
        "A": {"allOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/A"}]},
        "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
    }


def exponential(found: Document) -> None:
    schemas = found["components"]["schemas"]
    for n in range(25):
        both = {"$ref": f"#/components/schemas/S{n + 1}"}
        schemas[f"S{n}"] = {"allOf": [both, both]}
    schemas["S25"] = {"type": "object"}
    schemas["CreateItem"]["allOf"] = [{"$ref": "#/components/schemas/S0"}]


def greedy(found: Document) -> None:
    """Ask for values that nobody could send."""
    found["components"]["schemas"]["AskRequest"]["properties"] = {
        "question": {"type": "string", "minLength": 10**9},
        "top_k": {"type": "array", "minItems": 10**9, "items": {"type": "integer"}},
    }
    found["components"]["schemas"]["UserIn"]["properties"]["email"] = {"type": "string", "pattern": "^(a+)+$" * 5}


def backtracking(found: Document) -> None:
    """Describe an answer by an expression that takes for ever on what is answered."""
    found["paths"]["/search"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
        "properties": {"q": {"pattern": "^(([a-z0])+.)+[A-Z]([a-z0])+$"}}
    }


def nonsense(found: Document) -> None:
    found["servers"] = [{"url": "http://["}]
    found["paths"][""] = found["paths"]["/{x"] = found["paths"]["/health"]
    found["paths"]["/\ud800\0\x1b[2J"] = found["paths"]["/search"]
    found["paths"]["/search"]["get"]["parameters"] = [None, 7, {"in": 7}, {"name": "\x1b[2J", "in": "header"}]
    found["paths"]["/sync"]["get"]["responses"] = {"200": None, "\x1b[2J": {}}


EDITS: dict[str, Callable[[Document], object]] = {
    "5,000 paths": many_paths,
    "lists in lists": nested(900),
    "schemas that hold themselves": recursive,
    "schemas that double": exponential,
    "values that nobody could send": greedy,
    "an expression that takes for ever": backtracking,
    "nonsense in every place": nonsense,
}


def of_size(size: int) -> Deed:
    found = {"openapi": "3.1.0", "info": {"title": "DocuBot API", "version": "1.0.0", "description": "x" * size}}
    return saying(answer(200, json.dumps(found).encode()))


DEEDS = {
    "50 MB": of_size(50_000_000),
    "5 MB": of_size(5_000_000),
    "no end": forever(OK + b"\r\n", b'{"openapi": "3.1.0", ' * 3_000),
    "100,000 lists in lists": saying(answer(200, b"[" * 100_000 + b"]" * 100_000)),
}


SOME = ["50 MB", "schemas that hold themselves", "an expression that takes for ever", "nonsense in every place"]


@pytest.mark.parametrize("name", [*DEEDS, *EDITS] if ALL else SOME)
def test_a_hostile_document_is_withstood(
    name: str, guide: str, own_document: str, calm: Measured, tmp_path: Path
) -> None:
    deed = DEEDS.get(name)
    if deed is None:
        found = json.loads(own_document)
        EDITS[name](found)
        deed = saying(answer(200, json.dumps(found).encode()))

    with relaying(guide, {"/openapi.json": deed}) as url:
        run = measure(tmp_path, "--target-url", url, "--section", "openapi-docs", "--section", "first-api")

    assert_sound(run, calm)
    assert run.exit_code in (0, 1)
    assert run.status("root-message") == "passed"
