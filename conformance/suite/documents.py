"""The target's OpenAPI document, read as the tests of section 19 and others need it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.checks import CannotTell, expect, expect_status, parse_json
from conformance.client import MIB
from conformance.deadline import TookTooLong, within
from conformance.exchange import Exchange, build
from conformance.openapi import foreign
from conformance.properties import Api
from conformance.suite.operations import Operation, is_json, operations
from conformance.suite.schemas import Schemas, is_inside, pointed

PATH = "/openapi.json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LARGEST = 16 * MIB
_NOTHING = object()
# Of a document of more paths than this a part is validated: the validator takes milliseconds for each.
_MOST_VALIDATED = 800
_VALIDATED_SECONDS = 20


@dataclass(frozen=True)
class Document:
    """An OpenAPI document (3.x) and the exchange that brought it."""

    exchange: Exchange
    root: dict[str, Any]
    base_path: str

    def operations(self) -> Iterator[Operation]:
        """Give every operation of the methods that the guide uses."""
        return (each for each in operations(self._schemas) if each.method in METHODS)

    def route(self, operation: Operation) -> str:
        """Give an operation's path below the base URL with every parameter as ``{}``."""
        return re.sub(r"\{[^}]*\}", "{}", self.relative(operation.template).rstrip("/") or "/")

    def operation(self, method: str, route: str) -> Operation | None:
        """Give the operation of a route such as ``/items/{}``."""
        return next((o for o in self.operations() if (o.method, self.route(o)) == (method, route)), None)

    def required(self, method: str, route: str) -> Operation:
        """Give the operation of a route.

        Raises Mismatch when the document does not describe it.
        """
        found = self.operation(method, route)
        expect(found is not None, self.exchange, f"the document to describe {method} {route}")
        assert found is not None
        return found

    def resolve(self, value: Any) -> dict[str, Any]:
        """Follow references and join what ``allOf`` composes; what leads nowhere is empty."""
        return self._schemas.flat(value)

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas(self.root)

    def body_schema(self, operation: Operation) -> dict[str, Any]:
        """Give the schema of an operation's body."""
        return self.resolve(operation.body.schema) if operation.body else {}

    def answer_schema(self, operation: Operation, status: str) -> dict[str, Any]:
        """Give the schema of an operation's answer, the JSON one where there are several."""
        response = operation.responses.get(status)
        kinds = sorted(response.content.items(), key=lambda each: not is_json(str(each[0]))) if response else []
        return self.resolve(kinds[0][1].get("schema")) if kinds and isinstance(kinds[0][1], dict) else {}

    def relative(self, path: str) -> str:
        """Give a path of the document as the path below the base URL that leads there.

        A server that is not this one, such as production's or the proxy's in front, changes nothing.
        """
        full = server_path(self.root) + path
        return full.removeprefix(self.base_path) if full.startswith(self.base_path + "/") and self.base_path else path


def invalid(root: dict[str, Any]) -> str | None:
    """Say in what a document is not valid OpenAPI, None where it is.

    Raises CannotTell where that takes too long.
    """
    from openapi_spec_validator import validate
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError, ValidatorDetectError

    whole, paths = root, root.get("paths")
    if isinstance(paths, dict) and len(paths) > _MOST_VALIDATED:
        step = len(paths) // _MOST_VALIDATED + 1
        root = {**root, "paths": dict(list(paths.items())[::step])}
    try:
        with within(_VALIDATED_SECONDS):
            validate(root)
    except TookTooLong:
        raise CannotTell(
            f"the document takes more than {_VALIDATED_SECONDS} s, or too much memory, to validate"
        ) from None
    except (OpenAPIValidationError, ValidatorDetectError) as error:
        place = "/".join(str(step) for step in getattr(error, "absolute_path", ()))
        told = getattr(error, "message", None) or str(error)
        # What follows is the rule itself and the whole of what broke it.
        told = told.partition("\n\nFailed validating")[0]
        return f"at {place or 'the top'}: {told[:300]}"
    except Exception as error:  # noqa: BLE001 - the validator trips over some documents that are not valid
        return f"it cannot be read: {type(error).__name__}: {str(error)[:300]}"
    return next(_undeclared(whole), None)


def _undeclared(root: dict[str, Any]) -> Iterator[str]:
    """Name what a document speaks of and does not declare, which the validator does not look for.

    A security scheme must be among the components (OpenAPI 3.0 and 3.1, Security Requirement Object; 3.2 takes an
    address too), and a link's operation must be there (Link Object).
    """
    schemas = Schemas(root)
    known = schemas.follow(schemas.follow(root.get("components")).get("securitySchemes"))
    described = list(operations(schemas))
    identified = {each.id for each in described}
    by_address = not str(root.get("openapi")).startswith(("3.0", "3.1"))
    asked = [("the top", root.get("security")), *((each.label, each.definition.get("security")) for each in described)]
    for place, security in asked if not by_address else ():
        for name in _names(security):
            if name not in known:
                yield f"at {place}: its security names {name}, which no security scheme is called"
    for each in described:
        for response in each.responses.values():
            for link in schemas.follow(response.definition.get("links")).values():
                linked = schemas.follow(link).get("operationId")
                if isinstance(linked, str) and linked not in identified:
                    yield f"at {each.label}: a link leads to {linked}, which no operation is called"


def _names(security: Any) -> Iterator[str]:
    for alternative in security if isinstance(security, list) else ():
        yield from alternative if isinstance(alternative, dict) else ()


def dangling(root: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each reference inside a document that leads nowhere, after the place where it stands (RFC 6901)."""
    known: dict[str, bool] = {}
    waiting: list[tuple[str, Any]] = [("#", root)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if is_inside(reference):
                if reference not in known:
                    known[reference] = pointed(root, unquote(reference[1:]), _NOTHING) is not _NOTHING
                if not known[reference]:
                    yield place, reference
            waiting += [(f"{place}/{str(key).replace('/', '~1')}", each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{place}/{n}", each) for n, each in enumerate(value)]


def server_path(root: dict[str, Any]) -> str:
    """Give the path of a document's first server, without a slash at its end."""
    servers = root.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    try:
        return urlsplit(str(first.get("url", ""))).path.rstrip("/") if isinstance(first, dict) else ""
    except ValueError:
        return ""


def local(root: Any) -> bool:
    """Tell whether every reference in a document stays inside it."""
    return next(foreign(root), None) is None


def fetch(api: Api) -> Document:
    """Fetch the target's document.

    Raises Mismatch when it gives none.
    """
    exchange = api.send(build("GET", PATH), body=_LARGEST, whole=20.0)
    expect_status(exchange, 200)
    value = parse_json(exchange)
    expect(isinstance(value, dict), exchange, "a JSON object, the OpenAPI document")
    return Document(exchange, value, urlsplit(api.client.base_url).path.rstrip("/"))
