"""The document is valid, and a given one is kept."""

import json
import re
from typing import Any
from urllib.parse import unquote

from conformance.checks import CannotTell, Mismatch
from conformance.exchange import Exchange, build
from conformance.openapi import Contract
from conformance.properties import Api, requirement, shared
from conformance.settings import Settings
from conformance.suite import documents
from conformance.suite.api import _compatible
from conformance.suite.api._explore import contract_of, own_document
from conformance.suite.api._findings import Finding, each_operation
from conformance.suite.api._probes import methods
from conformance.suite.api._survey import Survey
from conformance.suite.operations import Operation
from conformance.suite.schemas import Schemas

_NOT_GIVEN = "concerns runs with a given document: --openapi FILE or URL"


@requirement("api-document-valid")
def test_the_document_is_valid(api: Api) -> None:
    contract = contract_of(api, afresh=api.confirming)
    expected = "a valid OpenAPI document (3.0, 3.1 or 3.2) whose references stay inside it"
    version = contract.root.get("openapi")
    if not (isinstance(version, str) and version.startswith(("3.0", "3.1", "3.2"))):
        raise Mismatch(contract.exchange, expected, f"openapi is {version!r}")
    if contract.foreign:
        named = ", ".join(contract.foreign[:3])
        raise Mismatch(contract.exchange, expected, f"it refers to other documents, which are not read: {named}")
    missing = next(documents.dangling(contract.root), None)
    if missing is not None:
        raise Mismatch(contract.exchange, expected, f"{missing[0]} refers to {missing[1]}, which is not there")
    wrong = documents.invalid(contract.root)
    if wrong is not None:
        raise Mismatch(contract.exchange, expected, wrong)


@shared
@requirement("api-contract-served")
def test_every_operation_of_the_contract_is_there(api: Api, settings: Settings) -> None:
    if api.contract is None:
        raise CannotTell(_NOT_GIVEN, applies=False)
    described = _own_routes(api, api.contract)

    def judge(found: Survey, operation: Operation) -> Finding | None:
        methods(found)
        return _is_served(found, operation, described)

    each_operation(api, settings, judge, "the contract has no operations")


def _own_routes(api: Api, contract: Contract) -> set[tuple[str, str]] | None:
    try:
        own = own_document(api)
        return set(_compatible.known(contract, own, Schemas(own.root)))
    except (CannotTell, Mismatch):
        return None


def _is_served(  # noqa: PLR0911 - one for each way to tell
    found: Survey, operation: Operation, described: set[tuple[str, str]] | None
) -> Finding:
    seen = [each for each in found.of(operation) if each.exchange.status is not None]
    # What is wrong may be refused before it is looked for.
    seen = [each for each in seen if each.origin in ("valid", "state")] or seen
    if not seen:
        return Finding(operation.label, untold=found.unfilled.get(operation.label, "it could not be asked"))
    expected = f"{operation.label}, an operation of the contract ({operation.pointer})"
    if any(each.exchange.status not in (404, 405, 501) for each in seen):
        return Finding(operation.label)
    refused = next((each for each in seen if each.exchange.status in (405, 501)), None)
    if refused is not None:
        return Finding(operation.label, Mismatch(refused.exchange, expected, "its method is not served"))
    last = seen[-1]
    unknown = found.api.send(build("GET", f"{found.prefix}/{found.api.draws.token('unknown')}"))
    if unknown.answer is not None and _wording(unknown) != _wording(last.exchange):
        return Finding(operation.label)
    if operation.path_parameters and described is not None and _compatible.route(operation) in described:
        return Finding(operation.label)
    if not operation.path_parameters or described is not None:
        return Finding(operation.label, Mismatch(last.exchange, expected, "nothing is there"))
    return Finding(operation.label, untold="only 404s were seen: no identifier of it is known")


def _wording(exchange: Exchange) -> str:
    """Give what an answer says without its path, its time and whatever else is of this one answer."""
    text = exchange.answer.text if exchange.answer else ""
    path = exchange.request.path.partition("?")[0]
    for each in (path, unquote(path), json.dumps(unquote(path))[1:-1]):
        text = text.replace(each, "")
    return re.sub(r"[^\s\"'<>]*\d[^\s\"'<>]*", "", text)


@requirement("api-contract-compatible")
def test_the_targets_own_document_breaks_no_client(api: Api) -> None:
    if api.contract is None:
        raise CannotTell(_NOT_GIVEN, applies=False)
    own = own_document(api, afresh=api.confirming)
    broken: list[Any] = list(_compatible.breaks(api.contract, own))
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise Mismatch(own.exchange, "a document that keeps what the contract promises", broken[0] + more)
