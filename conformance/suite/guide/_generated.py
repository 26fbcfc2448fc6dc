"""The generated requests of the guide's API, sent once for all requirements that look at their answers."""

import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.checks import CannotTell
from conformance.client import Client
from conformance.deadline import TookTooLong, within
from conformance.exchange import Request
from conformance.ledger import created_id
from conformance.properties import Api
from conformance.suite import documents, generation
from conformance.suite.described import Case
from conformance.suite.guide import _access, _items

_WAITING = re.compile(r"[?&](?:delay|work|interval)=")
# Pages that are not part of what they describe.
DOCUMENTATION = ("/docs", "/redoc", "/openapi.json")
# The first counts its callers.
_LEFT_OUT = ("/limited", *DOCUMENTATION)
_WHOLE = 4.0
_ITEM = re.compile(r"/items/\{[^/]*\}")
_KEEPING = ("GET", "PUT", "PATCH")
# Many times what a document of some dozens of operations takes.
_PLANNED_SECONDS = {"quick": 20, "standard": 20, "deep": 120}

_SENT: "weakref.WeakKeyDictionary[Client, list[Case]]" = weakref.WeakKeyDictionary()
# Why nothing could be sent: it is tried for the first requirement only.
_HOPELESS: "weakref.WeakKeyDictionary[Client, str]" = weakref.WeakKeyDictionary()


def cases(api: Api) -> list[Case]:
    """Send the generated requests, once for both requirements that look at their answers.

    What is tried again is sent again. Raises Mismatch when the document cannot be used.
    """
    if api.confirming:
        # Before the new answers come, the old ones can go.
        _SENT.pop(api.client, None)
    if api.client not in _SENT:
        _SENT[api.client] = _send(api)
    return _SENT[api.client]


def _send(api: Api) -> list[Case]:
    document = documents.fetch(api)
    bearer = _access.bearer_headers(api)
    limit = _PLANNED_SECONDS[api.draws.effort]
    if api.client in _HOPELESS:
        raise CannotTell(_HOPELESS[api.client])
    generation.prepare()
    try:
        with within(limit):
            planned = [
                (operation, request)
                for operation in generation.operations(document)
                for request in generation.planned(document, operation, api.draws, bearer)
                if not _left_out(request)
            ]
    except TookTooLong:
        _HOPELESS[api.client] = f"the document takes more than {limit} s, or too much memory, to make requests from"
        raise CannotTell(_HOPELESS[api.client]) from None
    planned += _of_an_item(api, document, planned)
    exchanges = api.send_all([request for _, request in planned], whole=_WHOLE)
    return [Case(op.label, op, exchange) for (op, _), exchange in zip(planned, exchanges, strict=True)]


def _of_an_item(
    api: Api, document: documents.Document, planned: list[tuple[Any, Request]]
) -> list[tuple[Any, Request]]:
    """Ask once more, of an item that is there, what was asked of made-up ids, which tell little but 404."""
    about = [
        (operation, request)
        for operation, request in planned
        if request.method in _KEEPING and _ITEM.fullmatch(document.relative(operation.path))
    ]
    item = created_id(api.send(_items.create({"name": "generated", "price": 1.5}))) if about else None
    if item is None:
        return []
    path = _items.path(str(item))
    again = {(op.label, request): op for op, each in about for request in _at(each, path)}
    return [(op, request) for (_, request), op in again.items()]


def _at(request: Request, path: str) -> Iterator[Request]:
    yield replace(request, path=path)
    # A change of nothing is valid wherever no field is required, and seldom generated.
    if request.method == "PATCH" and "json" in (request.header("content-type") or ""):
        yield replace(request, path=path, body=b"{}")


def _left_out(request: Request) -> bool:
    return _WAITING.search(request.path) is not None or request.path.partition("?")[0] in _LEFT_OUT
