"""Where an answer leads: by its Location header, and by the links that the document describes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.exchange import Answer
from conformance.suite.api._requests import OMITTED
from conformance.suite.operations import Operation, Response, pattern
from conformance.suite.schemas import pointed


def located(answer: Answer, targets: list[Operation]) -> Iterator[tuple[Operation, dict[str, str]]]:
    """Give the operations whose path a Location header leads to, with what it binds."""
    path = urlsplit(answer.header("location") or "").path
    if not path:
        return
    for operation in targets:
        inside = pattern(operation.template.rstrip("/"), "([^/]+)").lstrip("/")
        match = re.search(rf"(?:^|/){inside}/?$", path)
        if match and operation.path_parameters:
            names = [each.name for each in operation.path_parameters]
            yield operation, dict(zip(names, map(unquote, match.groups()), strict=False))


def linked(response: Response, answer: Answer, sent: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give what a documented link leads to: operationId, operationRef and bound parameters (OpenAPI, Link Object)."""
    links = response.definition.get("links")
    value = answer.value
    for link in links.values() if isinstance(links, dict) else ():
        told = link.get("parameters") if isinstance(link, dict) else None
        if not isinstance(told, dict):
            continue
        bound = {str(k).rpartition(".")[2]: _expression(v, value, answer, sent) for k, v in told.items()}
        if OMITTED not in bound.values():
            yield str(link.get("operationId") or ""), str(link.get("operationRef") or ""), bound


def _expression(text: Any, value: Any, answer: Answer, sent: Mapping[str, Any]) -> Any:
    """Evaluate a runtime expression (OpenAPI, Runtime Expressions)."""
    if not isinstance(text, str) or not text.startswith("$"):
        return text
    if text.startswith("$response.body#"):
        found = pointed(value, text.partition("#")[2], OMITTED)
        return found if isinstance(found, (str, int)) else OMITTED
    if text.startswith("$response.header."):
        return answer.header(text.removeprefix("$response.header.")) or OMITTED
    if text.startswith("$request.path."):
        return sent.get(text.removeprefix("$request.path."), OMITTED)
    return OMITTED
