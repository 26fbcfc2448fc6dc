"""How an API is explored: from what needs nothing to what needs identifiers that were seen."""

import contextlib
import weakref
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from conformance import openapi
from conformance.client import Client
from conformance.exchange import build
from conformance.openapi import Contract
from conformance.properties import Api
from conformance.settings import Settings
from conformance.suite import documents
from conformance.suite.api._access import Access
from conformance.suite.api._identifiers import Pool, names_of
from conformance.suite.api._own_account import REASON, left_alone, without_credentials
from conformance.suite.api._parameters import Parameters
from conformance.suite.api._parts import part_of, spread
from conformance.suite.api._requests import OMITTED, Values
from conformance.suite.api._samples import Sampler, Unsampled
from conformance.suite.api._scope import in_scope
from conformance.suite.api._survey import Ask, Seen, Survey
from conformance.suite.operations import SAFE, Operation, below, operations
from conformance.suite.schemas import Schemas

# Of a larger document a sample is taken, evenly.
_MOST_OPERATIONS = 1500
_MOST_PROBES = 8
# Where there are more operations than this, each gets its part of what as many would get.
_FULL_ATTENTION = 250

_DOCUMENTS: "weakref.WeakKeyDictionary[Client, Contract]" = weakref.WeakKeyDictionary()
_KEPT: "weakref.WeakKeyDictionary[Client, dict[Any, Survey]]" = weakref.WeakKeyDictionary()


def survey(api: Api, settings: Settings, only: frozenset[str] | None = None) -> Survey:
    """Explore the API once for all requirements; with ``only`` study just these operations, afresh.

    Raises CannotTell where there is no document, Mismatch where it cannot be read.
    """
    kept = _KEPT.setdefault(api.client, {})
    if (api.part, only) not in kept:
        kept[api.part, only] = _explore(api, settings, only)
    return kept[api.part, only]


def contract_of(api: Api, *, afresh: bool = False) -> Contract:
    """Give the document that the target is held to: the given one, else its own."""
    return api.contract if api.contract is not None else own_document(api, afresh=afresh)


def own_document(api: Api, *, afresh: bool = False) -> Contract:
    """Give the target's own document, looked for once unless ``afresh`` is true.

    Raises NoDocument and Mismatch.
    """
    kept = _DOCUMENTS.get(api.client)
    if kept is None or afresh:
        kept = _DOCUMENTS[api.client] = openapi.own(api.client)
    return kept


def _explore(api: Api, settings: Settings, only: frozenset[str] | None) -> Survey:
    contract = contract_of(api)
    schemas = Schemas(contract.root)
    whole = in_scope(list(operations(schemas)), settings)
    found = [without_credentials(each, schemas) for each in whole]
    prefix = _prefix(api, contract, found)
    base = "" if prefix else _base(api, found)
    found = [replace(each, template=below(each.template, base)) for each in found]
    pool = Pool(names_of(found))
    chosen = _chosen(found, only)
    # Workers that drew the same values would make the same things.
    name = f"survey {api.part}" if only is None else f"survey of {', '.join(sorted(only))}"
    sampler = Sampler(schemas, replace(api.draws, name=name), pool.known, pool.named)
    made = Survey(
        api=api,
        contract=contract,
        schemas=schemas,
        prefix=prefix,
        base=base,
        operations=found,
        studied=chosen if only is not None else part_of(chosen, *api.part),
        attention=min(1.0, _FULL_ATTENTION / len(chosen)) if chosen else 1.0,
        access=Access(api, schemas, prefix, base),
        sampler=sampler,
        parameters=Parameters(sampler, found),
        reads_only=settings.read_only,
        lessened=frozenset(each.label for each, told in zip(found, whole, strict=True) if each.body is not told.body),
        pool=pool,
    )
    if made.studied:
        # Identifiers may come from operations that other workers study.
        _rounds(made, chosen)
    return made


def _chosen(found: list[Operation], only: frozenset[str] | None) -> list[Operation]:
    """Choose what is studied, by all workers together: all of it, a sample of it, or what is tried again."""
    if only is not None:
        return [each for each in found if each.label in only]
    return spread(found, _MOST_OPERATIONS)


def _group(operation: Operation) -> str:
    """Name what belongs together: the operations on one resource."""
    steps = [step for step in operation.template.split("/") if step and "{" not in step]
    return next((step for step in steps if step not in ("api", "rest") and not step[1:].isdigit()), "")


def _prefix(api: Api, contract: Contract, found: list[Operation]) -> str:
    """See whether the paths begin at the base URL or below the document's first server's path."""
    told = documents.server_path(contract.root)
    base = urlsplit(api.client.base_url).path.rstrip("/")
    inner = told.removeprefix(base) if told.startswith(base) else told
    if not inner or "{" in inner:
        return ""
    paths = _probed(found)
    return inner if _there(api, [inner + path for path in paths]) > _there(api, paths) else ""


def _base(api: Api, found: list[Operation]) -> str:
    """Give the path of the base URL where the document's paths begin with it, as those of a prefixed router do."""
    base = urlsplit(api.client.base_url).path.rstrip("/")
    if not base or not all(f"{each.template}/".startswith(f"{base}/") for each in found):
        return ""
    paths = _probed(found)
    return base if _there(api, [below(path, base) for path in paths]) > _there(api, paths) else ""


def _probed(found: list[Operation]) -> list[str]:
    paths = [each.template for each in found if each.method == "GET" and "{" not in each.template][:_MOST_PROBES]
    return paths or [each.template.replace("{", "").replace("}", "") for each in found][:_MOST_PROBES]


def _there(api: Api, paths: list[str]) -> int:
    exchanges = api.send_all([build("GET", path) for path in paths])
    return sum(exchange.status is not None and exchange.status != 404 for exchange in exchanges)


def _rounds(survey: Survey, chosen: list[Operation]) -> None:
    wanted = set(map(id, chosen))
    groups = {_group(each) for each in chosen}
    survey.unfilled |= {each.label: REASON for each in survey.operations if left_alone(each)}
    asked = [each for each in survey.operations if not left_alone(each)]
    useful = [each for each in asked if id(each) in wanted or _group(each) in groups]
    deepest = max((len(each.path_parameters) for each in survey.operations), default=0)
    # Lists of others may name what these operations refer to.
    _round(survey, [each for each in asked if each.method == "GET" and not each.path_parameters])
    for depth in range(deepest + 1):
        level = [each for each in useful if len(each.path_parameters) == depth]
        if depth:
            _round(survey, [each for each in level if each.method == "GET"])
        _round(survey, [each for each in level if each.method == "POST"])
        # What refers to a thing that another create made.
        _round(survey, [each for each in level if each.method == "POST" and each.label not in survey.accepted])
        _round(survey, [each for each in level if each.method in ("PUT", "PATCH", "HEAD")])
        if depth:
            # What could not be filled before the creates of its level were asked.
            _round(survey, [each for each in level if each.method == "GET" and each.label not in survey.accepted])


def _round(survey: Survey, tried: list[Operation]) -> None:
    """Ask each operation for a success in several ways, one after another until one is accepted."""
    left = {each.label: (each, _attempts(survey, each)) for each in tried}
    while left:
        asks = [Ask(operation, attempts.pop(0), "valid") for operation, attempts in left.values() if attempts]
        if not asks:
            return
        for seen in survey.ask(asks):
            if seen.exchange.status in (401, 403):
                # Where nobody else can be let in, other values do not help.
                if survey.access.let_the_next_ask(seen.operation) and seen.values is not None:
                    left[seen.operation.label][1].insert(0, seen.values)
                else:
                    del left[seen.operation.label]
            elif seen.succeeded and _narrows(seen) and left[seen.operation.label][1]:
                # What its values leave out of a list may be what others ask for.
                del left[seen.operation.label][1][1:]
            elif seen.succeeded or not left[seen.operation.label][1] or seen.exchange.answer is None:
                del left[seen.operation.label]


def _narrows(seen: Seen) -> bool:
    values = seen.values.parameters if seen.values else {}
    return seen.operation.method == "GET" and any(place == "query" for place, _ in values)


def _attempts(survey: Survey, operation: Operation) -> list[Values]:
    bindings = survey.bindings(operation)
    if operation.path_parameters and not bindings:
        names = ", ".join(each.name for each in operation.path_parameters)
        survey.unfilled[operation.label] = f"no identifier was found for {names}"
    found: list[Values] = []
    for bound in bindings or (None,):
        for whole in (True, False):
            try:
                values = survey.sample(operation, bound, whole=whole)
            except Unsampled as reason:
                survey.unfilled.setdefault(operation.label, str(reason))
                continue
            if values not in found:
                found.append(values)
    return found + _as_told(survey, operation, bindings, found) + _from_examples(survey, operation, found)


def _as_told(survey: Survey, operation: Operation, bindings: list[dict[str, Any]], made: list[Values]) -> list[Values]:
    """Put what the API names, and the examples of single properties, in place of what was made up."""
    with contextlib.suppress(Unsampled):
        values = survey.sample(operation, next(iter(bindings), None), told=True)
        if values.body is not OMITTED and values not in made:
            survey.told[operation.label] = values
            return [values]
    return []


def _from_examples(survey: Survey, operation: Operation, made: list[Values]) -> list[Values]:
    """Put the document's own examples in place of what was made up, where it has any."""
    if made:
        values = made[0]
    else:
        try:
            values = survey.sample(replace(operation, body=None), next(iter(survey.bindings(operation)), None))
        except Unsampled:
            return []
    for parameter in operation.parameters:
        reads = parameter.place != "path" or (operation.method in SAFE and operation.label in survey.unfilled)
        if reads and ((parameter.place, parameter.name) in values.parameters or parameter.examples):
            example = next(survey.sampler.given(parameter.schema, parameter.examples), None)
            values = values.but(parameter.place, parameter.name, example) if example is not None else values
    body = operation.body
    bodies = survey.sampler.given(body.schema, body.examples) if body is not None else iter(())
    examples = [Values(values.parameters, each) for each in bodies][:2]
    if not made and body is not None:
        return examples
    return [each for each in examples or [values] if each not in made]
