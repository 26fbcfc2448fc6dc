"""Guide section 25: errors have one format, requests have an id, and callers have a limit."""

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.checks import CannotTell, Mismatch, expect, expect_status, fail
from conformance.client import Client
from conformance.exchange import Exchange, Request, build
from conformance.properties import Api, ahead, idle, last, requirement, timed
from conformance.suite.guide import _items, _load, _single, _varied
from conformance.watch import BODILESS, OF_SERVERS, error_format

_LIMIT = 5
# More calls than a dozen workers let through, so that some worker has had one too many.
_AT_ONCE = 12
_BATCHES = 5
_WINDOW = 10.0
_SLACK = 0.1
# A second and what clocks differ by.
_SECOND = 1.1
_TRIES = 4
_MADE = 20
_COUNTED_WITHIN = 0.5
_PAUSE = 0.1
_SLOW = 1.4
_DOCUMENTATION = ("/docs", "/redoc", "/openapi")


@requirement("error-format")
def test_every_error_has_the_same_format(api: Api) -> None:
    for exchange in api.send_all(_varied.requests(api)):
        expect(exchange.answer is not None, exchange, "an answer")
        error_format(exchange)


def _request_id(exchange: Exchange) -> str:
    found = exchange.answer.header("x-request-id") if exchange.answer else None
    expect(bool(found), exchange, "an X-Request-ID header")
    return str(found)


@requirement("request-id-assigned")
def test_every_answer_has_an_id_of_its_own(api: Api) -> None:
    seen: set[str] = set()
    for exchange in api.send_all(_varied.requests(api) * 2):
        found = _request_id(exchange)
        expect(found not in seen, exchange, "an X-Request-ID that no other answer had", f"{found} came before")
        seen.add(found)


@last
@requirement("request-id-assigned")
def test_no_kind_of_answer_lacks_an_id(api: Api) -> None:
    _varied.provoke(api)
    for exchange in api.seen():
        if _is_told_by_the_application(exchange):
            _request_id(api.send(exchange.request) if api.confirming and exchange.status != 429 else exchange)


def _is_told_by_the_application(exchange: Exchange) -> bool:
    """Tell whether an answer is surely the application's: pages, redirects and bare errors may be its server's."""
    try:
        error_format(exchange)
    except Mismatch:
        return False
    answer = exchange.answer
    is_bare = exchange.request.method in BODILESS or exchange.status in OF_SERVERS
    if answer is None or is_bare or 300 <= answer.status < 400:
        return False
    return answer.media_type != "text/html" and not exchange.request.path.startswith(_DOCUMENTATION)


@requirement("request-id-echoed")
def test_a_uuid_that_is_sent_comes_back(api: Api) -> None:
    # Of version 4, as nearly all are: what others come back as is left to the common middleware that knows no others.
    asked = [*_varied.requests(api), _items.create({"name": "identified", "price": 1.5}), build("GET", "/stream")]
    ids = [str(uuid.uuid4()) for _ in asked]
    named = [
        replace(request, headers=(*request.headers, ("X-Request-ID", sent)))
        for request, sent in zip(asked, ids, strict=True)
    ]
    for exchange, sent in zip(api.send_all(named), ids, strict=True):
        found = _request_id(exchange)
        expect(found == sent, exchange, f"X-Request-ID to be {sent}", f"it is {found}")


def _calls(client: Client) -> list[Exchange]:
    return [client.get("/limited") for _ in range(_LIMIT + 1)]


def _ends_connection(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.ends_connection


def _expect_some_429(api: Api, expected: str) -> None:
    """Expect a 429 among calls on connections of their own: each of several workers may count for itself."""
    note = f"{_BATCHES * _AT_ONCE} more calls, each on a connection of its own, got none"
    expect(_anywhere(api, 429) is not None, None, expected, note)


def _expect_held(client: Client) -> None:
    """Expect that the window is none of a second: of one that begins anew there may be five calls, and no more."""
    calls = []
    for _ in range(2):
        time.sleep(_SECOND)
        calls += _calls(client)
    served = [exchange for exchange in calls if exchange.status == 200]
    note = f"{len(served)} more calls were let through within {2 * _SECOND:.0f} s"
    expect(len(served) <= _LIMIT, calls[-1], "five calls in 10 seconds, and not in each second", note)


def _anywhere(api: Api, status: int) -> Exchange | None:
    """Give an answer of this status from among calls that may lead to every worker."""
    for _ in range(_BATCHES):
        exchanges = api.client.send_all([build("GET", "/limited")] * _AT_ONCE, fresh=True)
        found = next((exchange for exchange in exchanges if exchange.status == status), None)
        if found:
            return found
    return None


def _seconds(retry_after: str) -> float | None:
    """Read a Retry-After: seconds, or a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    # A date has whole seconds, and so may be over already.
    left = (at - datetime.now(UTC)).total_seconds() if at.tzinfo else None
    return None if left is None or left <= -1 else max(left, 0.0)


@ahead
@idle
@requirement("rate-limited")
def test_the_sixth_call_within_the_window_is_one_too_many(api: Api) -> None:
    # A call of this run's own in the window would make a limit of one more look right.
    with _single.caller(api, _WINDOW + _SLACK) as client:
        for left in reversed(range(_TRIES)):
            exchanges = _calls(client)
            statuses = [exchange.status for exchange in exchanges]
            if statuses == [200] * _LIMIT + [429]:
                _expect_some_429(api, "a 429 on another connection too")
                if not _ends_connection(exchanges[0]):
                    _expect_held(client)
                return
            # Where each call has a connection, each of several workers may have had some of them.
            if set(statuses) == {200} and _ends_connection(exchanges[0]):
                _expect_some_429(api, "200 five times, then 429")
                return
            # A window may have begun anew in between: then so many calls more fill it.
            first = left == _TRIES - 1
            between = first and set(statuses) == {200} and 429 in [exchange.status for exchange in _calls(client)]
            early = 429 in statuses[:_LIMIT]
            if not (early or between) or not left:
                wrong = next(e for e, want in zip(exchanges, [200] * _LIMIT + [429], strict=True) if e.status != want)
                fail(wrong, "200 five times, then 429", f"the statuses are {', '.join(map(str, statuses))}")
            # Another caller from this address may have used the window up: it has to be free.
            time.sleep(_WINDOW + 0.2)


@ahead
@idle
@requirement("rate-limit-retry-after")
def test_a_429_says_when_to_come_back(api: Api) -> None:
    with _single.caller(api) as client:
        for left in reversed(range(2)):
            calls = [client.get("/limited")]
            while calls[-1].status != 429 and len(calls) < 3 * _LIMIT:
                calls.append(client.get("/limited"))
            everywhere = _ends_connection(calls[-1])
            refused = _anywhere(api, 429) if everywhere and calls[-1].status != 429 else calls[-1]
            if refused is None or refused.answer is None or refused.status != 429:
                fail(None, "a 429 with a Retry-After", "no call was answered by a 429")
                return
            found = refused.answer.header("retry-after")
            expect(found is not None, refused, "a Retry-After header")
            seconds = _seconds(str(found))
            usable = seconds is not None and seconds <= _WINDOW
            expect(usable, refused, "a Retry-After of at most 10 seconds", f"it is {found}")
            time.sleep((seconds or 0.0) + _SLACK)
            # Of several workers one has said so, and the next call may lead to another one.
            again = (_anywhere(api, 200) if everywhere else None) or client.get("/limited")
            if again.status == 200:
                return
            if not left:
                expect_status(again, 200)


def _metrics(client: Client) -> tuple[Exchange, dict[str, float]]:
    try:
        from prometheus_client.openmetrics import parser as openmetrics
        from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        raise CannotTell("needs prometheus-client: install fastapi-conformance[full]") from None
    exchange = client.get("/metrics")
    expect_status(exchange, 200)
    assert exchange.answer is not None
    newer = "openmetrics" in exchange.answer.media_type
    parse = openmetrics.text_string_to_metric_families if newer else text_string_to_metric_families
    sums: dict[str, float] = {}
    try:
        for family in parse(exchange.answer.text):
            for sample in family.samples:
                sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    except (ValueError, KeyError, IndexError) as error:
        fail(exchange, "the Prometheus text format", f"it does not parse: {error}")
    expect(bool(sums), exchange, "the Prometheus text format", "it holds no sample")
    return exchange, sums


@requirement("metrics-format")
def test_metrics_are_prometheus_text(api: Api) -> None:
    exchange, _ = _metrics(api.client)
    kind = exchange.answer.media_type if exchange.answer else ""
    expect(kind in ("text/plain", "application/openmetrics-text"), exchange, "text/plain", f"it is {kind or 'missing'}")


@requirement("metrics-count")
def test_the_requests_are_counted(api: Api) -> None:
    # Workers may count for themselves: one connection leads to one of them.
    with _single.connection(api) as client:
        # Each by itself, as what others ask meanwhile is counted too.
        for what, request in (
            ("allowed", build("GET", "/search", query={"q": "counted"})),
            ("refused", build("GET", "/secure")),
            ("invalid", build("GET", "/users/seven")),
            ("writing", build("POST", "/items", json={})),
        ):
            _expect_counted(client, request, what)


def _expect_counted(client: Client, request: Request, what: str) -> None:
    _, before = _metrics(client)
    for _ in range(_MADE):
        client.send(request)
    deadline = time.monotonic() + _COUNTED_WITHIN
    while True:
        exchange, after = _metrics(client)
        counting = [name for name in after if "requests" in name and name.endswith(("_total", "_count"))]
        grown = {name: after[name] - before.get(name, 0.0) for name in counting}
        if any(growth >= _MADE for growth in grown.values()):
            return
        expected = f"a series named …requests…_total or _count that grows by {_MADE} with {_MADE} {what} requests"
        if _ends_connection(exchange):
            raise CannotTell("concerns servers that keep a connection: here any worker may count", applies=False)
        # What counts once the answer is sent may be a little late.
        expect(time.monotonic() < deadline, exchange, expected, f"what there is grew by: {grown or 'nothing'}")
        time.sleep(_PAUSE)


@timed
@requirement("health-under-load")
def test_health_is_quick_while_fifty_wait(api: Api) -> None:
    slow = _load.slow("/async", _SLOW, 50)
    what = "50 slow /async are under way"
    _load.persistent(lambda: _load.expect_health_quick_during(api, slow, _SLOW, what))
