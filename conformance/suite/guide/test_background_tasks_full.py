"""Guide section 15, whole: work is done after the answer, and recorded once it is done."""

import time
from typing import Any

from conformance.checks import expect, expect_object, expect_status
from conformance.exchange import Exchange, build
from conformance.properties import Api, requirement, timed
from conformance.suite.guide import _load

_WORK = 1.0
# In the middle of the work and shortly before its end what is listed early has had the time to be.
_MEANWHILE = (0.5, 0.85)
# Clocks of two processes differ a little.
_SLACK = 0.02
_AT_ONCE = 4
_IN_A_ROW = 3
_CROWD = 12
_RECORDED_WITHIN = 8.0
_PAUSE = 0.05
_SETTLED = 0.2


def _listed(api: Api) -> tuple[list[dict[str, Any]], int, Exchange]:
    exchange = api.get("/events", query={"limit": 100})
    expect_status(exchange, 200)
    value = expect_object(exchange)
    events, total = value.get("events"), value.get("total")
    expect(isinstance(events, list), exchange, "events to be a list")
    expect(isinstance(total, int) and not isinstance(total, bool), exchange, "total to be an integer")
    entries = [entry for entry in events or () if isinstance(entry, dict)]
    shaped = len(entries) == len(events or ()) and all("id" in e and "message" in e for e in entries)
    expect(shaped, exchange, "every event to be an object with an id and a message")
    return entries, int(total or 0), exchange


def _await_total(api: Api, wanted: int) -> None:
    deadline = time.monotonic() + _RECORDED_WITHIN
    while True:
        _, total, exchange = _listed(api)
        if total >= wanted:
            return
        expect(time.monotonic() < deadline, exchange, f"total to reach {wanted}", f"it is {total}")
        time.sleep(_PAUSE)


@timed
@requirement("event-after-response")
def test_the_answer_does_not_wait_for_the_work(api: Api) -> None:
    def check() -> None:
        idle, _ = _load.health_median(api)
        _, before, _ = _listed(api)
        begun = time.monotonic()
        accepted = api.send_all([build("POST", "/events", query={"work": _WORK})] * _AT_ONCE)
        for exchange in accepted:
            expect_status(exchange, 200)
            note = f"it took {exchange.seconds:.2f} s"
            expect(exchange.seconds < _WORK, exchange, f"an answer before {_WORK} s of work are done", note)
        for share in _MEANWHILE:
            time.sleep(max(0.0, begun + share * _WORK - time.monotonic()))
            _, meanwhile, listing = _listed(api)
            # Others may add events meanwhile, but not as many.
            early = meanwhile - before >= _AT_ONCE and time.monotonic() < begun + _WORK - _SLACK
            expect(not early, listing, "no entry before its work is done", f"total went from {before} to {meanwhile}")
            if share == _MEANWHILE[0]:
                _load.expect_health_quick(api, idle, "work is done in the background")
        _await_total(api, before + _AT_ONCE)

    _load.persistent(check)


@requirement("event-recorded")
def test_every_event_is_listed_once_newest_first(api: Api) -> None:
    _load.persistent(lambda: _expect_recorded(api))


@requirement("event-recorded")
def test_events_that_come_at_once_are_all_listed(api: Api) -> None:
    _, before, _ = _listed(api)
    for exchange in api.send_all([build("POST", "/events")] * _CROWD):
        expect_status(exchange, 200)

    _await_total(api, before + _CROWD)
    entries, _, listing = _listed(api)
    expect(len({str(entry["id"]) for entry in entries}) == len(entries), listing, "an id of its own for every event")


def _expect_recorded(api: Api) -> None:
    entries, before, _ = _listed(api)
    seen = [str(entry["id"]) for entry in entries]
    for _ in range(_IN_A_ROW):
        expect_status(api.post("/events"), 200)
        ids, listing = _await_new(api, seen)
        expect(len(set(ids)) == len(ids), listing, "an id of its own for every event", f"the ids are {ids[:10]}")
        new = [id for id in ids if id not in seen]
        first = ids[: len(new)] == new
        expect(first, listing, "the newest events first", f"new are {new[:5]}, and the list begins {ids[:5]}")
        older = [id for id in ids if id in seen]
        expect(older == seen[: len(older)], listing, "older events in the order that they had", f"it is {older[:10]}")
        seen = ids
    time.sleep(_SETTLED)
    _, after, listing = _listed(api)
    # Others may add events too, but not as many in every try.
    once = after - before < 2 * _IN_A_ROW
    expect(once, listing, "every event once", f"{_IN_A_ROW} were accepted, and total grew by {after - before}")


def _await_new(api: Api, seen: list[str]) -> tuple[list[str], Exchange]:
    deadline = time.monotonic() + _RECORDED_WITHIN
    while True:
        entries, _, listing = _listed(api)
        ids = [str(entry["id"]) for entry in entries]
        if any(id not in seen for id in ids):
            return ids, listing
        expect(time.monotonic() < deadline, listing, "the accepted event among the events")
        time.sleep(_PAUSE)
