"""A right API of things in this process, in which a test may let something be amiss, and what the suite says of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from conformance.catalogue import of_profile
from conformance.session import Session
from conformance.settings import Settings
from conformance.suite.api import (
    test_api_access,
    test_api_answers,
    test_api_document,
    test_api_input,
    test_api_state,
)
from conformance.target import Target
from conformance.verdict import Outcome
from tests.servers import Received, answer, recording
from tests.suite.api.makers import TEXT, saying, taking

THING = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {**TEXT, "minLength": 3, "maxLength": 40}, "note": TEXT, "size": {"type": "integer"}},
}
STORED = {**THING, "properties": {**THING["properties"], "id": {"type": "integer"}}}  # type: ignore[dict-item]  # a schema
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
PATHS: dict[str, Any] = {
    "/things": {
        "get": {"responses": {"200": saying({"type": "array", "items": STORED})}},
        "post": {"requestBody": taking(THING), "responses": {"201": saying(STORED), "400": saying({})}},
    },
    "/things/{id}": {
        "parameters": [ID],
        "get": {"responses": {"200": saying(STORED)}},
        "put": {"requestBody": taking(THING), "responses": {"200": saying(STORED)}},
        "delete": {"responses": {"204": {"description": "Gone"}}},
    },
}
MODULES = (test_api_access, test_api_answers, test_api_document, test_api_input, test_api_state)


class Store:
    """A right API of things whose names are unique; ``amiss`` may answer in its place."""

    def __init__(self, paths: dict[str, Any] = PATHS) -> None:
        self.document: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "paths": paths,
        }
        self.things: dict[int, dict[str, Any]] = {}
        self.amiss: Callable[[Received], bytes | None] = lambda _: None
        self.received: list[Received] = []

    def __call__(self, request: Received) -> bytes:
        self.received.append(request)
        return self.amiss(request) or self._answer(request)

    def read(self, request: Received) -> dict[str, Any] | None:
        """Give the thing that a body holds, None where it is none."""
        try:
            value = json.loads(request.body)
        except ValueError:
            return None
        kinds = {"name": str, "note": str, "size": int}
        fits = isinstance(value, dict) and all(isinstance(value[key], kinds[key]) for key in kinds if key in value)
        if not fits or not 3 <= len(value.get("name", "")) <= 40:
            return None
        return {key: each for key, each in value.items() if key in kinds}

    def _answer(self, request: Received) -> bytes:
        path = request.path.partition("?")[0]
        if path == "/openapi.json":
            return say(200, self.document)
        name = path.removeprefix("/things").removeprefix("/")
        declared = ("GET", "PUT", "DELETE") if name else ("GET", "POST")
        id = int(name) if name.isdecimal() else max(self.things, default=0) + 1
        if request.method not in declared:
            return answer(405, Allow=", ".join(declared))
        if name and id not in self.things:
            return say(404, {})
        if request.method in ("POST", "PUT"):
            return self._store(request, id)
        if request.method == "DELETE":
            del self.things[id]
            return answer(204, b"")
        return say(200, self.things[id] if name else list(self.things.values()))

    def _store(self, request: Received, id: int) -> bytes:
        value = self.read(request)
        if value is None:
            return say(422, {"detail": []})
        if any(each["name"] == value["name"] and each["id"] != id for each in self.things.values()):
            return say(400, {"detail": "this name is taken"})
        self.things[id] = {**value, "id": id}
        return say(201 if request.method == "POST" else 200, self.things[id])


def say(status: int, value: Any) -> bytes:
    """Answer a JSON value."""
    return answer(status, json.dumps(value).encode())


@contextmanager
def exploring(
    store: Store, part: tuple[int, int] = (1, 1), base: str = "", **told: Any
) -> Iterator[Callable[[str], Outcome]]:
    """Serve a store below ``base``, and give what tries a requirement on it as a run does that is ``told`` more."""
    calls = {
        mark.args[0]: each
        for module in MODULES
        for each in vars(module).values()
        for mark in getattr(each, "pytestmark", ())
        if mark.name == "requirement"
    }

    def reply(request: Received) -> bytes:
        if not request.path.startswith(f"{base}/"):
            return say(404, {})
        return store(replace(request, path=request.path.removeprefix(base)))

    with recording(reply) as target:
        url = target.url + base
        settings = Settings(url=url, profile="api", effort="quick", **told)
        session = Session(settings, Target("url", url, url, ("http",)), 1, of_profile("api"))

        def attempt(requirement: str) -> Outcome:
            api, call = session.api(requirement, part=part), calls[requirement]
            offered: dict[str, Any] = {"api": api, "settings": settings}
            taken = call.__code__.co_varnames[: call.__code__.co_argcount]
            return session.attempt(requirement, api, lambda: call(**{name: offered[name] for name in taken}))

        try:
            yield attempt
        finally:
            session.close()
