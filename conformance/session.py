"""One run against one target: tries requirements, keeps their outcomes, and cleans up."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.catalogue import Requirement
from conformance.checks import CannotTell, Mismatch
from conformance.client import Client, Connection, Limits, TargetGone, TargetUnresponsive
from conformance.exchange import Exchange, build
from conformance.launch import READY_SECONDS, await_ready
from conformance.ledger import Ledger, Leftover
from conformance.openapi import Contract
from conformance.properties import Api, Draws
from conformance.refusals import nothing_answers
from conformance.settings import Settings
from conformance.target import Target, Unreachable
from conformance.text import excerpt
from conformance.verdict import Outcome
from conformance.watch import Seen, Watch, rules

_PROBE_SECONDS = 3.0
_LONGEST = 200_000
# What is wrong in every twentieth answer shows in twenty requests: of one kind, where a test has so few
# kinds that what is wrong may be one of them.
_OFTEN = 20
_KINDS = 3
# Repetitions go side by side, as over a slow network each costs a round trip: a few at first, and all
# at once when those took no longer than a test may be repeated. All tests together may be for so long.
_FEW = 4
_REPEATED_SECONDS = 1.0
_ALL_REPEATED_SECONDS = 15.0


@dataclass
class Session:
    """Everything that the tests of one process share."""

    settings: Settings
    target: Target
    seed: int
    selected: Mapping[str, Requirement]
    client: Client = field(init=False)
    ledger: Ledger = field(init=False)
    watch: Watch = field(init=False)
    seen: Seen = field(init=False)
    gone: str | None = None
    contract: Contract | None = None
    _at_once: int = _FEW
    _repeated: float = 0.0
    _asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ca_file = str(self.settings.ca_file) if self.settings.ca_file else None
        connection = Connection(self.target.base_url, dict(self.settings.headers), ca_file, self.settings.trust_env)
        self.client = Client(connection)
        self.ledger = Ledger()
        self.watch = Watch({name: rule for name, rule in rules(self.settings).items() if name in self.selected})
        self.seen = Seen()
        guide = [self.ledger.observe] if self.settings.profile != "api" else []
        self.client.observers += [*guide, self.watch.observe, self.seen.observe, self._count]

    def api(self, requirement: str, **more: Any) -> Api:
        """Give what the test of a requirement works with, and ``more`` of what it is told."""
        draws = Draws(self.seed, self.settings.effort, requirement)
        return Api(
            self.client,
            draws,
            self.settings.credentials,
            self.settings.profile,
            self.seen.exchanges,
            ledger=self.ledger,
            contract=self.contract,
            often=_OFTEN if self._repeats(requirement) else 1,
            **more,
        )

    def probe(self) -> str | None:
        """See that something answers, and give a hint where it is not the guide's API.

        Raises Unreachable when nothing answers within a few seconds.
        """
        self._await_start()
        requests = [build("GET", path) for path in ("/health", "/", "/openapi.json")]
        try:
            exchanges = self.client.send_all(requests, whole=_PROBE_SECONDS)
        except TargetGone as gone:
            raise Unreachable(nothing_answers(self.client.base_url, gone.__cause__)) from None
        if all(exchange.timed_out for exchange in exchanges):
            raise Unreachable(f"{self.client.base_url} gives no answer: {exchanges[0].failure}")
        of_the_guide = self.settings.profile != "api"
        if not of_the_guide or any(exchange.status and 200 <= exchange.status < 300 for exchange in exchanges):
            return None
        seen = ", ".join(f"{e.request.path} {e.status or 'no answer'}" for e in exchanges)
        return f"none of the guide's routes is there ({seen}): is the base URL right?"

    def _await_start(self) -> None:
        process = self.target.process
        if process is None:
            return
        patient = replace(self.client.connection, limits=replace(Limits(), retries=0))
        client = Client(patient)
        try:
            # Longer than a target may take: that it took too long is for starts-ready to say.
            of_any_routes = self.settings.profile == "api"
            problem = await_ready(process, client, 2 * READY_SECONDS, by_any_answer=of_any_routes)
        finally:
            client.close()
        if problem and process.status is not None:
            raise Unreachable(f"the command does not serve: {problem}")

    def attempt(self, requirement: str, api: Api, call: Callable[[], object]) -> Outcome:
        """Try a requirement; what fails is tried a second time, and what then holds is unstable."""
        unmet = self._unmet(requirement)
        if unmet:
            return unmet
        started, before = time.perf_counter(), self.client.requests
        outcome = self._judge_often(requirement, call)
        if outcome.status == "failed":
            api.confirming = True
            again = self._judge_often(requirement, call)
            outcome = again if again.status != "passed" else replace(outcome, status="unstable")
        spent = time.perf_counter() - started
        operations = tuple(dict(each) for each in api.operations)
        outcome = replace(outcome, operations=operations, partial=api.part != (1, 1))
        return replace(outcome, duration_s=spent, requests=self.client.requests - before)

    def _judge_often(self, requirement: str, call: Callable[[], object]) -> Outcome:
        """Judge until it does not hold, or until an answer that is wrong now and then would have come."""
        before, asked = self.client.requests, len(self._asked)
        outcome = self._judge(requirement, call)
        used = self.client.requests - before
        if outcome.status != "passed" or not used or not self._repeats(requirement):
            return outcome
        kinds = Counter(self._asked[asked:])
        most = max(kinds.values()) if 0 < len(kinds) <= _KINDS else used
        left, started = -(-_OFTEN // most) - 1, time.perf_counter()
        until = started + min(_REPEATED_SECONDS, _ALL_REPEATED_SECONDS - self._repeated)
        while left and outcome.status == "passed" and time.perf_counter() < until:
            together, began = min(left, self._at_once), time.perf_counter()
            with ThreadPoolExecutor(together) as pool:
                outcomes = pool.map(lambda _: self._judge(requirement, call), range(together))
                outcome = next((each for each in outcomes if each.status != "passed"), outcome)
            self._at_once = _OFTEN if time.perf_counter() - began < _REPEATED_SECONDS else _FEW
            left -= together
        self._repeated += time.perf_counter() - started
        return outcome

    def _count(self, exchange: Exchange) -> None:
        steps = exchange.request.path.partition("?")[0].split("/")
        # Of an item or a user, whichever it is.
        self._asked.append(f"{exchange.request.method} {steps[1]}{'/' * (len(steps) - 2)}")

    def _repeats(self, requirement: str) -> bool:
        row = self.selected.get(requirement)
        return row is not None and self.settings.effort != "quick" and (row.profile, row.needs) == ("core", "http")

    def finish(self) -> tuple[list[Outcome], list[Leftover]]:
        """Remove what the run made and give what only the whole run could tell."""
        leftovers = self.ledger.clean(self.client)
        outcomes = []
        for name, broken in list(self.watch.broken.items()):
            try:
                twice = self.watch.confirmed(name, self.client)
            except (TargetGone, TargetUnresponsive):
                twice = False
            outcomes.append(failed(name, broken[0], "failed" if twice else "unstable"))
        return outcomes, leftovers

    def close(self) -> None:
        """End the client and whatever serves the target."""
        self.client.close()
        self.target.close()

    def _unmet(self, requirement: str) -> Outcome | None:
        needs = self.selected[requirement].needs
        if needs not in self.target.reach:
            option = {"http": "url", "app": "app", "process": "command", "source": "source"}[needs]
            return Outcome(requirement, "not_verified", f"needs --target-{option}", applies=False)
        if self.gone:
            return Outcome(requirement, "not_verified", "the target stopped answering before it")
        return None

    def _judge(self, requirement: str, call: Callable[[], object]) -> Outcome:
        try:
            call()
        except Mismatch as mismatch:
            return failed(requirement, mismatch, "failed")
        except CannotTell as reason:
            return Outcome(requirement, "not_verified", str(reason), applies=reason.applies)
        except TargetGone as gone:
            self.gone = str(gone)
            return Outcome(requirement, "not_verified", self.gone)
        except TargetUnresponsive as late:
            return Outcome(requirement, "not_verified", str(late))
        except Exception as error:  # noqa: BLE001 - a bug of the kit is the kit's, never the target's
            return Outcome(requirement, "error", kit_failed(error))
        return Outcome(requirement, "passed")


def kit_failed(error: Exception) -> str:
    """Say in one line that the kit failed, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
    return f"the kit failed: {type(error).__name__}: {error} ({where})"


def failed(requirement: str, mismatch: Mismatch, status: str) -> Outcome:
    """Give the outcome of a requirement that does not hold, with all the evidence."""
    evidence = mismatch.evidence
    outcome = Outcome(
        requirement,
        "failed" if status == "failed" else "unstable",
        mismatch.note or f"expected {mismatch.expected}",
        expected=mismatch.expected,
        note=mismatch.note or None,
    )
    if evidence is None:
        return replace(outcome, actual=mismatch.note)
    if isinstance(evidence, Exchange):
        return replace(outcome, sent=_cut(evidence.sent()), actual=_cut(evidence.received()), curl=evidence.curl())
    said = _cut(", ".join(repr(message) for message in evidence.received)) or "nothing"
    ended = evidence.failure or f"close {evidence.close_code}"
    sent = " ".join(["WebSocket", evidence.url, *evidence.sent])
    return replace(outcome, sent=sent, actual=f"{said}; then {ended}", curl=evidence.reproduce())


def _cut(text: str) -> str:
    # Reports show less; what is longer would be held, masked and escaped for nothing.
    return excerpt(text, _LONGEST)
