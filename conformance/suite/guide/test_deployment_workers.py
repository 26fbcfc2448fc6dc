"""Guide section 24: what one worker stored the others show."""

import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from conformance.checks import CannotTell, Mismatch, expect, expect_object, expect_status, expect_success, is_number
from conformance.exchange import Exchange, Request, build
from conformance.launch import Instance, await_idle, launched
from conformance.ledger import Ledger
from conformance.properties import ahead, requirement
from conformance.settings import Settings
from conformance.suite.guide import _items

_WORKERS = "4"
_WRITES = 4
_READS = 24
_ROUNDS = 2
_STARTED_WITHIN = 10.0
_AGREED_WITHIN = 5.0
_PAUSE = 0.1


@ahead
@requirement("workers-consistent")
def test_what_one_worker_stored_the_others_show(settings: Settings) -> None:
    with launched(settings, {"WEB_CONCURRENCY": _WORKERS}, command=settings.workers_command) as instance:
        if instance.process.size() == 1:
            # One process has nothing to share its state with.
            raise CannotTell(
                "needs several workers: the command starts one process, name another as target.workers_command",
                applies=False,
            )
        # The first worker that is ready answers while others still start.
        await_idle(instance.process, _STARTED_WITHIN)
        ledger = Ledger()
        instance.client.observers.append(ledger.observe)
        try:
            _expect_items_everywhere(instance)
            _expect_users_everywhere(instance)
            _expect_events_everywhere(instance)
            _expect_documents_everywhere(instance)
        finally:
            ledger.clean(instance.client)


def _in_turn(instance: Instance, requests: Sequence[Request]) -> list[Exchange]:
    # One after another, each on a connection of its own: those that come at once lead to one worker.
    return [instance.client.send(request, fresh=True) for request in requests]


def _agreed(instance: Instance, request: Request, check: Callable[[Exchange], None]) -> None:
    """Expect that all workers answer alike, in a while, and that it stays so."""
    deadline = time.monotonic() + _AGREED_WITHIN
    held = 0
    while held < _ROUNDS:
        exchanges = _in_turn(instance, [request] * (_READS // _ROUNDS))
        try:
            for exchange in exchanges:
                check(exchange)
            held += 1
        except Mismatch:
            if time.monotonic() > deadline:
                raise
            held = 0
            time.sleep(_PAUSE)


def _expect_items_everywhere(instance: Instance) -> None:
    new = [{"name": f"shared {n}", "price": n + 0.5} for n in range(_WRITES)]
    ids = [_items.made(exchange) for exchange in _in_turn(instance, [_items.create(each) for each in new])]
    for item, each in zip(ids, new, strict=True):
        _agreed(instance, build("GET", _items.path(item)), partial(_expect_shown, each))
    # Whoever keeps what was read would go on showing it.
    changed = {"name": "changed", "price": 9.5}
    expect_success(instance.client.send(build("PUT", _items.path(ids[0]), json=changed), fresh=True))
    _agreed(instance, build("GET", _items.path(ids[0])), partial(_expect_shown, changed))
    expect_success(instance.client.send(build("DELETE", _items.path(ids[0])), fresh=True))
    _agreed(instance, build("GET", _items.path(ids[0])), lambda exchange: expect_status(exchange, 404))


def _expect_shown(wanted: dict[str, Any], exchange: Exchange) -> None:
    expect_status(exchange, 200)
    found = expect_object(exchange)
    shown = all(found.get(name) == value for name, value in wanted.items())
    expect(shown, exchange, f"what was stored, {wanted}, from every worker")


def _expect_users_everywhere(instance: Instance) -> None:
    for age in range(_WRITES):
        new = {"email": f"shared-{secrets.token_hex(4)}@example.com", "age": 30 + age}
        created = instance.client.send(build("POST", "/users", json=new), fresh=True)
        expect_success(created)
        user = expect_object(created).get("user_id", expect_object(created).get("id"))
        if not is_number(user):
            # A target that gives no id has no route that could show the user.
            return
        shown = build("GET", f"/users/{user}")
        first = expect_object(instance.client.send(shown, fresh=True))
        _agreed(instance, shown, partial(_expect_alike, first, new))


def _expect_alike(first: dict[str, Any], new: dict[str, Any], exchange: Exchange) -> None:
    expect_status(exchange, 200)
    found = expect_object(exchange)
    # Not every target shows what it stored of a user: whoever does, does so everywhere.
    named = [name for name in new if name in found or name in first]
    shown = all(found.get(name) == first.get(name) for name in named)
    expect(shown, exchange, "the same user from every worker", f"another worker answered {first}")


def _expect_events_everywhere(instance: Instance) -> None:
    def total(exchange: Exchange) -> int:
        expect_status(exchange, 200)
        found = expect_object(exchange).get("total")
        expect(isinstance(found, int), exchange, "total to be an integer")
        return int(str(found))

    listed = build("GET", "/events", query={"limit": 100})
    before = max(total(exchange) for exchange in _in_turn(instance, [listed] * _READS))
    for exchange in _in_turn(instance, [build("POST", "/events")] * _WRITES):
        expect_success(exchange)
    wanted = before + _WRITES

    def check(exchange: Exchange) -> None:
        found = total(exchange)
        expect(found >= wanted, exchange, "every worker to list every event", f"total is {found}, not {wanted}")

    _agreed(instance, listed, check)


def _expect_documents_everywhere(instance: Instance) -> None:
    tag = secrets.token_hex(4)
    name, text = f"{tag}.txt", f"The harbour of Fenwick{tag} was dug by Q{tag}."
    uploaded = build("POST", "/upload", files={"file": (name, text.encode(), "text/plain")})
    expect_success(instance.client.send(uploaded, fresh=True))

    def check(exchange: Exchange) -> None:
        known = tag in str(expect_object(exchange).get("sources"))
        expect(known, exchange, f"every worker to know the uploaded {name}")

    _agreed(instance, build("POST", "/ask", json={"question": f"Who dug the harbour of Fenwick{tag}?"}), check)
