"""The generated requests of the guide's API, sent once for all requirements that look at their answers."""

import re
import weakref

from conformance.client import Client
from conformance.exchange import Request
from conformance.properties import Api
from conformance.suite import documents, generation
from conformance.suite.described import Case
from conformance.suite.guide import _access

_WAITING = re.compile(r"[?&](?:delay|work|interval)=")
# Pages that are not part of what they describe.
DOCUMENTATION = ("/docs", "/redoc", "/openapi.json")
# The first counts its callers.
_LEFT_OUT = ("/limited", *DOCUMENTATION)
_WHOLE = 4.0

_SENT: "weakref.WeakKeyDictionary[Client, list[Case]]" = weakref.WeakKeyDictionary()


def cases(api: Api) -> list[Case]:
    """Send the generated requests, once for both requirements that look at their answers.

    What is tried again is sent again. Raises Mismatch when the document cannot be used.
    """
    if api.client not in _SENT or api.confirming:
        _SENT[api.client] = _send(api)
    return _SENT[api.client]


def _send(api: Api) -> list[Case]:
    document = documents.fetch(api)
    bearer = _access.bearer_headers(api)
    planned = [
        (operation, request)
        for operation in generation.operations(document)
        for request in generation.planned(document, operation, api.draws, bearer)
        if not _left_out(request)
    ]
    exchanges = api.send_all([request for _, request in planned], whole=_WHOLE)
    return [Case(op.label, op, exchange) for (op, _), exchange in zip(planned, exchanges, strict=True)]


def _left_out(request: Request) -> bool:
    return _WAITING.search(request.path) is not None or request.path.partition("?")[0] in _LEFT_OUT
