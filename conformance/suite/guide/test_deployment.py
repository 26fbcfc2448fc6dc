"""Guide section 24: it starts, shares its state between workers, and ends in good order."""

import secrets
import threading
import time

from conformance.checks import expect, expect_object, expect_status, expect_success, fail
from conformance.client import Client, Connection, Limits
from conformance.exchange import Exchange, build
from conformance.launch import READY_SECONDS, Instance, await_ready, launched, start
from conformance.ledger import Ledger
from conformance.properties import ahead, requirement
from conformance.settings import Settings
from conformance.suite.guide import _items

_WORKERS = "4"
_READS = 12
_ENDS_WITHIN = 10.0
_INDEXED_WITHIN = 5.0


@ahead
@requirement("starts-ready")
def test_it_is_ready_soon_after_its_start(settings: Settings) -> None:
    with launched(settings) as instance:
        expect_status(instance.client.get("/health"), 200)


@ahead
@requirement("workers-consistent")
def test_what_one_worker_stored_the_others_show(settings: Settings) -> None:
    with launched(settings, {"WEB_CONCURRENCY": _WORKERS}, command=settings.workers_command) as instance:
        ledger = Ledger()
        instance.client.observers.append(ledger.observe)
        try:
            _expect_items_everywhere(instance)
            _expect_events_everywhere(instance)
            _expect_documents_everywhere(instance)
        finally:
            ledger.clean(instance.client)


def _everywhere(instance: Instance, path: str) -> list[Exchange]:
    # A connection of its own each time, so that each may lead to another worker.
    return instance.client.send_all([build("GET", path)] * _READS, fresh=True)


def _expect_items_everywhere(instance: Instance) -> None:
    new = [{"name": f"shared {n}", "price": n + 0.5} for n in range(4)]
    made = instance.client.send_all([_items.create(each) for each in new], fresh=True)
    for each, created in zip(new, made, strict=True):
        for exchange in _everywhere(instance, _items.path(_items.made(created))):
            expect_status(exchange, 200)
            found = expect_object(exchange)
            expect(found.get("name") == each["name"], exchange, f"the item that was stored, {each}")


def _expect_events_everywhere(instance: Instance) -> None:
    for exchange in instance.client.send_all([build("POST", "/events")] * 4, fresh=True):
        expect_success(exchange)
    deadline = time.monotonic() + _INDEXED_WITHIN
    while True:
        exchanges = _everywhere(instance, "/events?limit=100")
        totals = [expect_object(exchange).get("total") for exchange in exchanges]
        if len(set(map(str, totals))) == 1 and totals[0]:
            return
        expect(
            time.monotonic() < deadline, exchanges[-1], "every worker to list the same events", f"totals are {totals}"
        )


def _expect_documents_everywhere(instance: Instance) -> None:
    tag = secrets.token_hex(4)
    name, text = f"{tag}.txt", f"The harbour of Fenwick{tag} was dug by Q{tag}."
    uploaded = build("POST", "/upload", files={"file": (name, text.encode(), "text/plain")})
    expect_success(instance.client.send_all([uploaded], fresh=True)[0])
    asked = build("POST", "/ask", json={"question": f"Who dug the harbour of Fenwick{tag}?"})
    deadline = time.monotonic() + _INDEXED_WITHIN
    while True:
        exchanges = instance.client.send_all([asked] * _READS, fresh=True)
        missing = next((e for e in exchanges if tag not in str(expect_object(e).get("sources"))), None)
        if missing is None:
            return
        expect(time.monotonic() < deadline, missing, f"every worker to know the uploaded {name}")


@ahead
@requirement("graceful-shutdown")
def test_a_request_under_way_is_answered_before_the_end(settings: Settings) -> None:
    process = start(settings)
    client = Client(Connection(process.base_url, dict(settings.headers)))
    try:
        problem = await_ready(process, client, READY_SECONDS)
        if problem:
            fail(None, "the target to start", problem)
        client.close()
        client = Client(Connection(process.base_url, dict(settings.headers), limits=Limits(retries=0)))
        answers: list[Exchange] = []
        slow = threading.Thread(target=lambda: answers.append(client.get("/async", query={"delay": 2})))
        slow.start()
        # Long enough for the request to have arrived, and short enough for it not to be over.
        time.sleep(0.7)
        process.terminate()
        status = process.wait(_ENDS_WITHIN)
        slow.join(_ENDS_WITHIN)
    finally:
        client.close()
        process.close()
    if not answers or answers[0].status != 200:
        seen = answers[0].received() if answers else "nothing"
        fail(None, "the slow request to be answered after SIGTERM", f"it got: {seen}")
    if status is None:
        fail(answers[0], f"the process to end within {_ENDS_WITHIN:.0f} s of SIGTERM", "it still runs")
