"""Requests written from values (OpenAPI, Parameter Object and Media Type Object)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from conformance.exchange import Part, Query, Request, build, segment
from conformance.suite.operations import Body, Operation, Parameter

# What stands for something that is left out.
OMITTED: Any = object()


@dataclass(frozen=True)
class Values:
    """What a request of an operation carries: parameters by place and name, and the body's value."""

    parameters: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    body: Any = OMITTED
    # Sent in place of what the value would be written as.
    raw: bytes | None = None

    def but(self, place: str, name: str, value: Any) -> "Values":
        """Give these values with one parameter changed or left out."""
        changed = {key: each for key, each in self.parameters.items() if key != (place, name)}
        if value is not OMITTED:
            changed[place, name] = value
        return replace(self, parameters=changed)

    def bound(self) -> dict[str, Any]:
        """Give the path's parameters by name."""
        return {name: value for (place, name), value in self.parameters.items() if place == "path"}


def write(operation: Operation, values: Values, prefix: str = "", added: "Credential | None" = None) -> Request:
    """Write a request: ``prefix`` comes before the path, ``added`` are the credentials."""
    query: list[tuple[str, Any]] = []
    headers: dict[str, str] = {"Accept": "*/*"}
    cookies: dict[str, str] = {}
    path = operation.template
    for parameter in operation.parameters:
        value = values.parameters.get((parameter.place, parameter.name), OMITTED)
        if value is OMITTED:
            continue
        if parameter.place == "path":
            path = path.replace("{" + parameter.name + "}", segment(_joined(parameter, value)))
        elif parameter.place == "query":
            query += _pairs(parameter, value)
        elif parameter.place == "header":
            headers[parameter.name] = _joined(parameter, value)
        elif parameter.place == "cookie":
            cookies[parameter.name] = _joined(parameter, value)
    if added is not None:
        headers |= added.headers
        query += added.query.items()
        cookies |= added.cookies
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={segment(value)}" for name, value in cookies.items())
    return _with_body(operation, values, prefix + path, query, headers)


@dataclass(frozen=True)
class Credential:
    """What presents somebody to the target."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: "Credential") -> "Credential":
        return Credential(
            {**self.headers, **other.headers}, {**self.query, **other.query}, {**self.cookies, **other.cookies}
        )


def present(request: Request, credential: Credential) -> Request:
    """Add credentials to a request that was written elsewhere."""
    added = [(name, value) for name, value in credential.headers.items() if request.header(name) is None]
    if credential.cookies and request.header("cookie") is None:
        added.append(("Cookie", "; ".join(f"{name}={segment(value)}" for name, value in credential.cookies.items())))
    path = request.path
    if credential.query:
        path += ("&" if "?" in path else "?") + urlencode(credential.query)
    return replace(request, path=path, headers=(*request.headers, *added))


def as_json(value: Any) -> Any:
    """Give a value with the bytes of files as texts, which is what schemas call them."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list) else value


def plain(value: Any) -> str:
    """Write a value as it stands in a URL, a header or a form."""
    value = as_json(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _joined(parameter: Parameter, value: Any) -> str:
    if parameter.is_json:
        return json.dumps(as_json(value))
    if isinstance(value, list):
        return ",".join(plain(each) for each in value)
    if isinstance(value, dict):
        joint = "=" if parameter.explode else ","
        return ",".join(f"{key}{joint}{plain(each)}" for key, each in value.items())
    return plain(value)


def _pairs(parameter: Parameter, value: Any) -> list[tuple[str, Any]]:
    name = parameter.name
    if isinstance(value, dict) and not parameter.is_json:
        if parameter.style == "deepObject":
            return [(f"{name}[{key}]", plain(each)) for key, each in value.items()]
        if parameter.explode:
            return [(key, plain(each)) for key, each in value.items()]
    if isinstance(value, list) and parameter.explode and not parameter.is_json:
        return [(name, plain(each)) for each in value]
    joint = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(parameter.style)
    if isinstance(value, list) and joint:
        return [(name, joint.join(plain(each) for each in value))]
    return [(name, _joined(parameter, value))]


def _with_body(operation: Operation, values: Values, path: str, query: Query, headers: dict[str, str]) -> Request:
    body = operation.body
    if body is None or (values.body is OMITTED and values.raw is None):
        return build(operation.method, path, query=query, headers=headers)
    if values.raw is not None:
        headers = {**headers, "Content-Type": body.media_type}
        return build(operation.method, path, query=query, headers=headers, body=values.raw)
    if body.media_type == "application/x-www-form-urlencoded":
        return build(operation.method, path, query=query, headers=headers, form=_fields(values.body))
    if body.media_type == "multipart/form-data":
        return build(operation.method, path, query=query, headers=headers, files=_parts(body, values.body))
    if body.media_type == "application/json":
        return build(operation.method, path, query=query, headers=headers, json=as_json(values.body))
    headers = {**headers, "Content-Type": body.media_type}
    text = json.dumps(as_json(values.body)) if "json" in body.media_type else plain(values.body)
    return build(operation.method, path, query=query, headers=headers, body=text.encode())


def _fields(value: Any) -> list[tuple[str, str]]:
    found = value.items() if isinstance(value, dict) else ()
    return [(key, plain(each)) for key, listed in found for each in (listed if isinstance(listed, list) else [listed])]


def _parts(body: Body, value: Any) -> list[tuple[str, Part]]:
    found = value.items() if isinstance(value, dict) else ()
    parts: list[tuple[str, Part]] = []
    for key, listed in found:
        for each in listed if isinstance(listed, list) else [listed]:
            if isinstance(each, bytes):
                parts.append((key, (f"{key}.txt", each, "text/plain")))
            else:
                parts.append((key, (None, plain(each).encode(), "text/plain")))
    return parts
