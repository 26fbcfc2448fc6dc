"""One exploration of an API for all requirements: every operation is tried, and every exchange is kept."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from conformance.exchange import Exchange, Request
from conformance.openapi import Contract
from conformance.properties import Api
from conformance.suite.api._access import Access
from conformance.suite.api._broken import Broken
from conformance.suite.api._edges import keeping_its_name
from conformance.suite.api._identifiers import Pool, is_below, resource_before
from conformance.suite.api._links import linked, located
from conformance.suite.api._parameters import Parameters
from conformance.suite.api._requests import Credential, Values, write
from conformance.suite.api._samples import Sampler, could_be_numbers
from conformance.suite.operations import Operation, below
from conformance.suite.schemas import Schemas

Origin = Literal["valid", "broken", "generated", "state", "probe", "closed"]

# Of the identifiers that the API gave, so many are tried before a path counts as not to be filled.
_MOST_BINDINGS = 3
_WHOLE_SECONDS = 6.0
_BATCH = 400


@dataclass(frozen=True)
class Seen:
    """An exchange of an operation: ``origin`` says what for, ``values`` and ``broken`` what was in it."""

    operation: Operation
    exchange: Exchange
    origin: Origin
    values: Values | None = None
    broken: Broken | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the answer is a 2xx."""
        return self.exchange.status is not None and 200 <= self.exchange.status < 300


@dataclass(frozen=True)
class Ask:
    """A request to be sent and why; without a credential the run's own is added."""

    operation: Operation
    values: Values
    origin: Origin
    broken: Broken | None = None
    credential: Credential | None = None


# What happens to one resource, step by step: asks several things at once and is given what was seen.
Flow = Generator[list[Ask], list[Seen], None]


@dataclass
class Survey:
    """What is known of a target through one document."""

    api: Api
    contract: Contract
    schemas: Schemas
    prefix: str
    operations: list[Operation]
    studied: list[Operation]
    # Which share of the requests of a small API each operation gets.
    attention: float
    access: Access
    sampler: Sampler
    parameters: Parameters
    # What of the document's paths the base URL holds already.
    base: str = ""
    reads_only: bool = False
    pool: Pool = field(default_factory=Pool)
    accepted: dict[str, Seen] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)
    # Operations that are asked with less than the document gives them.
    lessened: frozenset[str] = frozenset()
    # Operations that take nothing made up where something is told, and what they were asked with first.
    told: dict[str, Values] = field(default_factory=dict)
    # Creates that may be asked with values of their own for each thing.
    renewable: set[str] = field(default_factory=set)
    # What of the run's own things a DELETE may be tried on.
    spares: dict[str, Values] = field(default_factory=dict)
    # The paths of what the run removed.
    removed: set[str] = field(default_factory=set)
    found: dict[str, Any] = field(default_factory=dict)
    _by_operation: dict[str, list[Seen]] = field(default_factory=dict)
    _below: dict[str, list[Operation]] = field(default_factory=dict)
    # Where the answers of a create led to: it may be far from the create's own path.
    _led: dict[str, set[str]] = field(default_factory=dict)
    # The newest entity tag of each path.
    _tags: dict[str, str] = field(default_factory=dict)

    def relative(self, path: str) -> str:
        """Give a path of the document as the operations have it."""
        return below(path, self.base)

    def once(self, name: str, make: Callable[["Survey"], Any]) -> Any:
        """Give what a part of the exploration found, exploring it the first time."""
        if name not in self.found:
            self.found[name] = make(self)
        return self.found[name]

    def ask(self, asks: Sequence[Ask]) -> list[Seen]:
        """Send many requests at once and keep what was seen."""
        exchanges = self._exchange([self._write(each) for each in asks])
        return [
            self._keep(Seen(each.operation, exchange, each.origin, each.values, each.broken))
            for each, exchange in zip(asks, exchanges, strict=True)
        ]

    def send(self, requests: Iterable[tuple[Operation, Request]], origin: Origin) -> None:
        """Send requests that were written elsewhere and keep what was seen."""
        waiting = iter(requests)
        while listed := list(islice(waiting, _BATCH)):
            exchanges = self._exchange([request for _, request in listed])
            for (operation, _), exchange in zip(listed, exchanges, strict=True):
                self._keep(Seen(operation, exchange, origin))

    def again(self, listed: list[Seen]) -> list[Seen]:
        """Send what was sent once more, and keep what is seen."""
        exchanges = self._exchange([each.exchange.request for each in listed])
        return [self._keep(replace(each, exchange=exchange)) for each, exchange in zip(listed, exchanges, strict=True)]

    def _exchange(self, requests: list[Request]) -> list[Exchange]:
        exchanges = []
        # Between batches the client sees whether the target has used up its patience.
        for start in range(0, len(requests), _BATCH):
            exchanges += self.api.send_all(requests[start : start + _BATCH], whole=_WHOLE_SECONDS)
            succeeded = f"{len(self.accepted)} of {len(self.operations)} operations were seen to succeed"
            self.api.tell(f"exploring: {self.api.client.requests} requests, {succeeded}")
        return exchanges

    def run(self, flows: Sequence[Flow]) -> None:
        """Run flows side by side, a step of each at a time."""
        waiting: list[tuple[Flow, list[Ask]]] = []

        def advance(flow: Flow, told: list[Seen] | None) -> None:
            with contextlib.suppress(StopIteration):
                waiting.append((flow, flow.send(told) if told is not None else next(flow)))

        for flow in flows:
            advance(flow, None)
        while waiting:
            now, waiting = waiting, []
            seen = iter(self.ask([ask for _, asks in now for ask in asks]))
            for flow, asks in now:
                advance(flow, [next(seen) for _ in asks])

    def of(self, operation: Operation, *origins: Origin) -> list[Seen]:
        """Give what was seen of an operation, of all origins where none is named."""
        listed = self._by_operation.get(operation.label, [])
        return [each for each in listed if each.origin in origins] if origins else listed

    def bindings(self, operation: Operation) -> list[dict[str, Any]]:
        """Give the ways to fill a path: with what the API told of, the run's own things alone for a write."""
        own = operation.method in ("PUT", "PATCH", "DELETE")
        found = []
        for each in self.pool.bindings(operation, own=own):
            if each not in found and could_be_numbers(self.schemas, operation, each):
                found.append(each)
            if len(found) == _MOST_BINDINGS:
                break
        return found

    def sample(
        self, operation: Operation, bound: dict[str, Any] | None = None, *, whole: bool = True, told: bool = False
    ) -> Values:
        """Make valid values for an operation: made-up ones where the path is not ``bound``.

        Raises Unsampled.
        """
        accepted = self.accepted.get(operation.label)
        told = told or (accepted is not None and accepted.values is self.told.get(operation.label, self))
        made = {}
        for parameter in operation.parameters:
            if parameter.place == "path" and bound is not None and parameter.name in bound:
                made["path", parameter.name] = bound[parameter.name]
            elif operation.is_conditional and parameter.name.lower() == "if-match":
                continue
            elif parameter.required or (whole and parameter.place == "query"):
                made[parameter.place, parameter.name] = self.parameters.value(parameter, whole=whole, told=told)
        values = Values(made)
        if operation.body is not None and (whole or operation.body.required):
            values = Values(made, self.sampler.value(operation.body.schema, whole=whole, told=told))
        return keeping_its_name(operation, values, self.schemas)

    def _write(self, ask: Ask) -> Request:
        credential = ask.credential if ask.credential is not None else self.access.credential(ask.operation)
        request = write(ask.operation, ask.values, self.prefix, credential)
        leaves_it_out = ask.broken is not None and ask.broken.place == "header"
        return request if leaves_it_out else self._conditional(ask.operation, request)

    def _conditional(self, operation: Operation, request: Request) -> Request:
        """Say which state is to be changed, where an operation asks for that (RFC 9110, section 13.1.1)."""
        if not operation.is_conditional or request.header("if-match") is not None:
            return request
        tag = self._tags.get(request.path.partition("?")[0], "*")
        return replace(request, headers=(*request.headers, ("If-Match", tag)))

    def _keep(self, seen: Seen) -> Seen:
        self._by_operation.setdefault(seen.operation.label, []).append(seen)
        self._learn(seen)
        return seen

    def _learn(self, seen: Seen) -> None:
        answer, operation = seen.exchange.answer, seen.operation
        if answer is None or not seen.succeeded or seen.origin in ("probe", "closed"):
            return
        tag = answer.header("etag")
        if tag and operation.method != "POST":
            self._tags[seen.exchange.request.path.partition("?")[0]] = tag
        bound = seen.values.bound() if seen.values else {}
        if seen.values is not None and seen.broken is None:
            self.accepted.setdefault(operation.label, seen)
        if operation.method in ("GET", "POST"):
            self.pool.absorb(operation, bound, answer)
        if operation.method == "POST":
            self._follow(operation, bound, answer)
            self.api.ledger.made(self.removal(operation, bound, answer), f"{self.prefix}{operation.template}")
        elif operation.method == "PUT" and seen.values is not None and operation.path_parameters:
            # Nothing was there before, or it was the run's own.
            last = operation.path_parameters[-1].name
            self.pool.add(resource_before(operation.template, last), bound, own=True)
        elif operation.method == "DELETE":
            if operation.path_parameters:
                self.pool.forget(operation, bound)
            self.removed.add(seen.exchange.request.path.partition("?")[0])
            self.api.ledger.removed(seen.exchange.request.path)

    def _follow(self, operation: Operation, bound: dict[str, Any], answer: Any) -> None:
        for target, names in self.leads(operation, bound, answer):
            last = target.path_parameters[-1].name
            self.pool.add(resource_before(target.template, last), names, own=answer.status == 201)
            self._led.setdefault(operation.label, set()).add(target.template)
            self._below.pop(operation.label, None)

    def leads(
        self, create: Operation, bound: dict[str, Any], answer: Any
    ) -> Iterator[tuple[Operation, dict[str, Any]]]:
        """Give the reads that a create's answer leads to, by its Location header and its documented links."""
        if answer.header("location"):
            yield from located(answer, self.reads)
        response = create.response(answer.status)
        for id, reference, names in linked(response, answer, bound) if response else ():
            for target in self.reads:
                if (id and target.id == id) or (reference and reference.endswith(target.pointer.removeprefix("#"))):
                    yield target, names

    @cached_property
    def reads(self) -> list[Operation]:
        """The operations that read one thing."""
        return [each for each in self.operations if each.method == "GET" and each.path_parameters]

    def below(self, create: Operation, method: str) -> list[Operation]:
        """Give the operations on one of the things that an operation makes, the nearest path first."""
        led = self._led.get(create.label, ())
        if create.label not in self._below:
            self._below[create.label] = [each for each in self.operations if is_below(each, create)]
            self._below[create.label] += [each for each in self.operations if each.template in led]
        found = [each for each in dict.fromkeys(self._below[create.label]) if each.method == method]
        near = f"{create.template.rstrip('/')}/"
        nearest = [each for each in found if each.template.startswith(near) or each.template in led]
        # What is called alike elsewhere may be of another version, or of somebody else.
        return nearest or found

    def removal(self, create: Operation, bound: dict[str, Any], answer: Any) -> Request | None:
        """Give the request that removes what a create made, None where the document has none."""
        for target in self.below(create, "DELETE"):
            names = self.names_of(create, bound, answer, target)
            if names is not None:
                values = Values({("path", name): value for name, value in names.items()})
                return self._conditional(target, write(target, values, self.prefix, self.access.credential(target)))
        return None

    def names_of(
        self, create: Operation, bound: dict[str, Any], answer: Any, target: Operation
    ) -> dict[str, Any] | None:
        """Give what fills the path of an operation on what a create made, None where its answer does not say."""
        for _, names in self.leads(create, bound, answer):
            if all(each.name in names for each in target.path_parameters):
                return names
        pool = Pool(self.pool.names)
        pool.absorb(create, bound, answer)
        told = pool.bindings(target, own=answer.status != 201)
        found = next((each for each in told if could_be_numbers(self.schemas, target, each)), None)
        # A create that answers 200 may have answered with what was there already.
        foreign = answer.status != 201 and found is not None and self.pool.is_foreign(target, found)
        return None if foreign else found
