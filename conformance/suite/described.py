"""An exchange, judged by what the document says about its operation."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.exchange import Exchange, Request
from conformance.suite.documents import Document
from conformance.suite.operations import is_json, media_of, pattern


@dataclass(frozen=True)
class Case:
    """An exchange, and the documented operation that it belongs to."""

    label: str
    operation: Any
    exchange: Exchange

    def contradiction(self) -> str | None:
        """Say how the body contradicts the schema of its documented status and content type."""
        answer = self.exchange.answer
        if answer is None or answer.truncated:
            return None
        validator = _documented_validator(self.operation, answer.status, answer.media_type)
        if validator is None:
            return None
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            return "it is no JSON"
        error = next(iter(validator.iter_errors(value)), None)
        if error is None:
            return None
        place = "/".join(str(step) for step in error.instance_path)
        return f"at {place or 'the top'}: {error.message[:300]}"

    def documented_statuses(self) -> list[str]:
        """Give the statuses that are documented for the operation, as they are written."""
        return [str(status) for status in self.operation.responses.status_codes]

    def status_is_documented(self) -> bool:
        """Tell whether the answer's status is documented, by itself, as a class or by default."""
        answer = self.exchange.answer
        return answer is None or self.operation.responses.find_by_status_code(answer.status) is not None

    def undocumented_type(self) -> str | None:
        """Say which content type came that the document does not give for the answer's status."""
        answer = self.exchange.answer
        response = self.operation.responses.find_by_status_code(answer.status) if answer else None
        if answer is None or response is None or not answer.body:
            return None
        content = response.definition.get("content")
        if media_of(content, answer.media_type) is not None:
            return None
        return f"it is {answer.media_type or 'missing'}, documented are: {', '.join(map(str, content or ())) or 'none'}"

    def is_beside_the_operation(self) -> bool:
        """Tell whether the answer is none of the operation's own (contract, section 19)."""
        answer, request = self.exchange.answer, self.exchange.request
        if answer is None or answer.status in (405, 414, 431) or 300 <= answer.status < 400:
            return True
        # Generated requests try other methods of a path too.
        if request.method != self.operation.method.upper():
            return True
        if answer.status == 404 and leads_elsewhere(request.path, self.operation.path):
            return True
        return answer.status == 400 and request.body is not None and not is_readable(request)


def matched(document: Document, operations: Iterable[Any], exchanges: Iterable[Exchange]) -> Iterator[Case]:
    """Give the exchanges that belong to documented operations, each with its own."""
    # Of two templates that a path fits, the one with fewer parameters is the more definite.
    by_template = sorted(operations, key=lambda operation: str(operation.path).count("{"))
    patterns = [(op.method.upper(), _pattern(document.relative(op.path)), op) for op in by_template]
    for exchange in exchanges:
        request = exchange.request
        path = request.path.partition("?")[0]
        found = next((op for method, fits, op in patterns if method == request.method and fits(path)), None)
        if found is not None:
            yield Case(found.label, found, exchange)


def _pattern(template: str) -> Callable[[str], object]:
    return re.compile(pattern(template, "[^/]+")).fullmatch


def leads_elsewhere(path: str, template: str) -> bool:
    """Tell whether a path may be read as another than the template's: an empty segment, an encoded slash."""
    plain = path.partition("?")[0]
    encoded = re.search(r"%2f|%5c|%2e", plain, re.IGNORECASE) is not None
    return encoded or "//" in plain or "/." in plain or plain.count("/") != template.count("/") or plain.endswith("/")


def is_readable(request: Request) -> bool:
    """Tell whether every reader of JSON takes a body: NaN, 1e400 and lone surrogates many refuse."""
    try:
        value = json.loads((request.body or b"").decode())
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def _documented_validator(operation: Any, status: int, media_type: str) -> Any:
    """Give the validator of a JSON answer, None where its status or content type is not documented."""
    response = operation.responses.find_by_status_code(status)
    content = response.definition.get("content") if response is not None else None
    if media_of(content, media_type) is None or not is_json(media_type):
        return None
    try:
        resolved = response.get_schema(media_type)
        return response.get_validator(resolved.media_type, resolved.schema, validate_formats=False)
    except Exception:  # noqa: BLE001 - a schema that cannot be used is openapi-valid's matter
        return None
