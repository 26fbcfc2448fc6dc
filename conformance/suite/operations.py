"""The operations of an OpenAPI document, read once for all who try and judge them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.suite.schemas import Schemas

VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
SAFE = ("GET", "HEAD")
# Bodies that can be written from a schema, the preferred ones first.
_WRITABLE = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Parameter:
    """A parameter (OpenAPI, Parameter Object); ``place`` is path, query, header or cookie."""

    name: str
    place: str
    required: bool
    schema: Any
    explode: bool
    style: str
    is_json: bool = False
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Body:
    """A request body in one of its media types (OpenAPI, Request Body Object)."""

    required: bool
    media_type: str
    schema: Any
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Response:
    """What the document says of a status: ``pointer`` leads to it (RFC 6901)."""

    key: str
    definition: dict[str, Any]
    pointer: str

    @property
    def content(self) -> dict[str, Any]:
        """The media types with what each holds, empty where none is given."""
        found = self.definition.get("content")
        return found if isinstance(found, dict) else {}

    def media(self, media_type: str) -> tuple[str, dict[str, Any]] | None:
        """Give the entry of a content type as it is written, and what it holds."""
        return media_of(self.content, media_type)


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a document."""

    method: str
    template: str
    definition: dict[str, Any]
    pointer: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    security: tuple[dict[str, Any], ...]
    responses: dict[str, Response]

    @property
    def label(self) -> str:
        """Its name in reports."""
        return f"{self.method} {self.template}"

    @property
    def is_conditional(self) -> bool:
        """Whether it may ask which state it is to change (RFC 9110, section 13.1.1; RFC 6585, section 3)."""
        named = any(each.place == "header" and each.name.lower() == "if-match" for each in self.parameters)
        return self.method in ("PUT", "PATCH", "DELETE") and (named or bool({"412", "428"} & set(self.responses)))

    @property
    def tags(self) -> list[str]:
        """Its tags."""
        found = self.definition.get("tags")
        return [str(tag) for tag in found] if isinstance(found, list) else []

    @property
    def id(self) -> str:
        """Its operationId, empty where it has none."""
        return str(self.definition.get("operationId") or "")

    @cached_property
    def path_parameters(self) -> list[Parameter]:
        """The path's parameters in the order of the path."""
        listed = [each for each in self.parameters if each.place == "path" and "{" + each.name + "}" in self.template]
        return sorted(listed, key=lambda each: self.template.index("{" + each.name + "}"))

    @property
    def is_open(self) -> bool:
        """Whether it can be called without credentials (OpenAPI, Security Requirement Object)."""
        return not self.security or any(not each for each in self.security)

    def parameter(self, name: str) -> Parameter | None:
        """Give a parameter by its name."""
        return next((each for each in self.parameters if each.name == name), None)

    def response(self, status: int) -> Response | None:
        """Give what is documented for a status: by itself, for its class, or by default."""
        keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((self.responses[key] for key in keys if key in self.responses), None)


def media_of(content: Any, media_type: str) -> tuple[str, dict[str, Any]] | None:
    """Give the entry of a content type, by itself or by a range (RFC 9110, section 12.5.1), and what it holds."""
    main = media_type.partition("/")[0]
    for wanted in (media_type, f"{main}/*", "*/*"):
        for written, holds in content.items() if isinstance(content, dict) else ():
            if str(written).partition(";")[0].strip().lower() == wanted:
                return str(written), holds if isinstance(holds, dict) else {}
    return None


def is_json(media_type: str) -> bool:
    """Tell whether a content type is JSON or written in it (RFC 6839)."""
    return media_type == "application/json" or media_type.endswith("+json")


def pattern(template: str, value: str) -> str:
    """Give the regular expression of a template's paths, each parameter read as ``value``."""
    return re.sub(r"\\\{.*?\\\}", lambda _: value, re.escape(template))


def below(path: str, base: str) -> str:
    """Give a path of a document without the path of the base URL that it begins with."""
    return path.removeprefix(base) or "/"


def operations(schemas: Schemas) -> Iterator[Operation]:
    """Give every operation of a document that is shaped like one."""
    paths = schemas.root.get("paths")
    for template, found in paths.items() if isinstance(paths, dict) else ():
        item = schemas.follow(found)
        for verb in VERBS:
            if _is_shaped(item.get(verb)):
                yield _operation(schemas, str(template), verb, item)


def _is_shaped(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("parameters", []), list)


def pointer(*steps: str) -> str:
    """Write a JSON pointer as a URI fragment's text (RFC 6901)."""
    return "#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


def _operation(schemas: Schemas, template: str, verb: str, item: dict[str, Any]) -> Operation:
    definition = item[verb]
    security = definition.get("security", schemas.root.get("security"))
    found = definition.get("responses")
    responses = {
        str(key): Response(str(key), schemas.follow(each), pointer("paths", template, verb, "responses", str(key)))
        for key, each in (found.items() if isinstance(found, dict) else ())
    }
    return Operation(
        method=verb.upper(),
        template=template if template.startswith("/") else f"/{template}",
        definition=definition,
        pointer=pointer("paths", template, verb),
        parameters=tuple(_parameters(schemas, item, definition)),
        body=_body(schemas, definition.get("requestBody")),
        security=tuple(each for each in security if isinstance(each, dict)) if isinstance(security, list) else (),
        responses=responses,
    )


def _parameters(schemas: Schemas, *owners: dict[str, Any]) -> Iterator[Parameter]:
    found: dict[tuple[str, str], Parameter] = {}
    for owner in owners:
        listed = owner.get("parameters")
        for each in listed if isinstance(listed, list) else ():
            definition = schemas.follow(each)
            name, place = str(definition.get("name", "")), str(definition.get("in", ""))
            # Authorization is the security scheme's, Accept and Content-Type the body's (OpenAPI, Parameter Object).
            if name and not (place == "header" and name.lower() in ("accept", "content-type", "authorization")):
                found[name, place] = _parameter(schemas, name, place, definition)
    yield from found.values()


def _parameter(schemas: Schemas, name: str, place: str, definition: dict[str, Any]) -> Parameter:
    content = definition.get("content")
    held: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
    style = str(definition.get("style") or ("form" if place in ("query", "cookie") else "simple"))
    return Parameter(
        name=name,
        place=place,
        required=definition.get("required") is True or place == "path",
        schema=definition.get("schema", held.get("schema") if isinstance(held, dict) else None),
        explode=bool(definition.get("explode", style == "form")),
        style=style,
        is_json=isinstance(content, dict),
        examples=tuple(_examples(schemas, definition)),
    )


def _body(schemas: Schemas, found: Any) -> Body | None:
    definition = schemas.follow(found)
    content = definition.get("content")
    if not isinstance(content, dict) or not content:
        return None
    kinds = {str(kind).partition(";")[0].strip().lower(): kind for kind in content}
    ranked = sorted(
        kinds, key=lambda kind: _WRITABLE.index(kind) if kind in _WRITABLE else 2 * (1 + ("json" not in kind))
    )
    chosen = ranked[0]
    held = content[kinds[chosen]]
    held = held if isinstance(held, dict) else {}
    return Body(definition.get("required") is True, chosen, held.get("schema"), tuple(_examples(schemas, held)))


def _examples(schemas: Schemas, holder: dict[str, Any]) -> Iterator[Any]:
    """Give the examples beside a schema (OpenAPI, Parameter Object and Media Type Object)."""
    listed = holder.get("examples")
    for each in listed.values() if isinstance(listed, dict) else ():
        example = schemas.follow(each)
        if "value" in example:
            yield example["value"]
    if "example" in holder:
        yield holder["example"]
