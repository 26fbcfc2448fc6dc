"""Guide section 25: every request leaves a line, and a provider's failure is not the API's."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conformance.checks import expect, expect_object, expect_status, fail
from conformance.exchange import Exchange, Request, build
from conformance.launch import Instance, Shared, launched, plain
from conformance.properties import Api, ahead, requirement
from conformance.settings import Settings
from conformance.stub import Stub, provider

_FIELDS = ("request_id", "method", "path", "status", "duration_ms")
_WRITTEN_WITHIN = 5.0
_ANSWERED_WITHIN = 5.0
_PAUSE = 0.02
_TRIES = 4
# Of a request that is held back for 300 ms; a second would be 1 and not 1000. What is done behind an answer may count.
_LEAST_MS = 250
_SLACK_MS = 5000


def _lines(instance: Instance) -> list[dict[str, Any]]:
    found = []
    for line in instance.process.output().splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


@ahead
@requirement("structured-logs")
def test_every_request_leaves_one_json_line(api: Api, settings: Settings) -> None:
    with plain(settings, alone=api.confirming) as instance:
        unknown = f"/no-such-{uuid.uuid4().hex}"
        asked = (
            _identified("GET", "/async", query={"delay": "0.3"}),
            _identified("GET", "/health"),
            _identified("GET", "/users/seven"),
            _identified("GET", unknown),
            _identified("POST", "/ask", json={"question": "Who writes this down?"}),
            _identified("POST", "/users", json={}),
            _identified("DELETE", unknown),
        )
        with ThreadPoolExecutor(1) as pool:
            # What is kept of a request where all can see it shows while others come.
            slow = pool.submit(instance.client.send, asked[0])
            exchanges = [*(instance.client.send(request) for request in asked[1:]), slow.result()]
        for exchange in exchanges:
            _expect_line(instance, exchange)
        for exchange in exchanges:
            lines = _lines_of(instance, exchange)
            expect(len(lines) == 1, exchange, f"one JSON line for {_named(exchange)}", f"there are {len(lines)}")


def _identified(method: str, path: str, **told: Any) -> Request:
    return build(method, path, headers={"X-Request-ID": str(uuid.uuid4())}, **told)


def _named(exchange: Exchange) -> str:
    return f"{exchange.request.method} {_path(exchange)}"


def _path(exchange: Exchange) -> str:
    return exchange.request.path.partition("?")[0]


def _lines_of(instance: Instance, exchange: Exchange, needed: tuple[str, ...] = _FIELDS) -> list[dict[str, Any]]:
    """Give the lines of a request that have what is needed: others may stand beside them."""
    told = exchange.answer.header("x-request-id") if exchange.answer else None
    return [line for line in _lines(instance) if line.get("request_id") == told and set(needed) <= set(line)]


def _expect_line(instance: Instance, exchange: Exchange) -> None:
    method, path = exchange.request.method, _path(exchange)
    expected = f"one JSON line with {', '.join(_FIELDS)} for {_named(exchange)}"
    deadline = time.monotonic() + _WRITTEN_WITHIN
    while not (whole := _lines_of(instance, exchange)):
        near = _lines_of(instance, exchange, ("request_id",))
        lacking = [name for name in _FIELDS if near and name not in near[-1]]
        note = f"it lacks {', '.join(lacking)}: {near[-1]}" if near else "no line has its X-Request-ID as request_id"
        expect(time.monotonic() < deadline, exchange, expected, note)
        time.sleep(_PAUSE)
    line = whole[0]
    expect(str(line["method"]).upper() == method, exchange, expected, f"method is {line['method']!r}")
    expect(str(line["path"]).partition("?")[0].endswith(path), exchange, expected, f"path is {line['path']!r}")
    # Loggers that know texts alone write numbers as such.
    expect(str(line["status"]) == str(exchange.status), exchange, expected, f"status is {line['status']!r}")
    at_least = _LEAST_MS if path == "/async" and exchange.seconds >= _LEAST_MS / 1000 else 0
    at_most = exchange.seconds * 1000 + _SLACK_MS
    note = f"duration_ms is {line['duration_ms']!r} of a request that took {exchange.seconds * 1000:.0f} ms"
    expect(_is_between(line["duration_ms"], at_least, at_most), exchange, expected, note)


def _is_between(value: Any, least: float, most: float) -> bool:
    try:
        return not isinstance(value, bool) and least <= float(value) <= most
    except (TypeError, ValueError):
        return False


@dataclass
class _Provided:
    """An instance with its provider; whoever tells the provider what to do has it for themselves."""

    instance: Instance
    stub: Stub
    turn: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def _launched_with_provider(settings: Settings) -> Iterator[_Provided]:
    with provider() as stub:
        environment = {
            "LLM_PROVIDER": "openai",
            "OPENAI_API_KEY": "stub-key-of-the-run",
            "OPENAI_BASE_URL": stub.base_url,
            "LLM_TIMEOUT": "1",
        }
        with launched(settings, environment) as instance:
            yield _Provided(instance, stub)


_provided = Shared(_launched_with_provider)


def _ask(instance: Instance, question: str) -> Exchange:
    return instance.client.post("/ask", json={"question": question})


def _ask_in_time(instance: Instance, question: str) -> Exchange:
    """Ask until it is not for the time: on a busy machine the provider of the run itself may be late."""
    for _ in range(_TRIES):
        exchange = _ask(instance, question)
        if exchange.status != 504:
            break
    return exchange


@ahead
@requirement("upstream-failure")
def test_a_failing_provider_is_a_bad_gateway_and_a_working_one_is_heard(api: Api, settings: Settings) -> None:
    with _provided(settings, alone=api.confirming) as provided, provided.turn:
        instance, stub = provided.instance, provided.stub
        stub.mode, stub.asked = "fails", 0
        exchange = _ask_in_time(instance, "Does it work?")
        expect_status(exchange, 502, 503)
        expect_status(instance.client.get("/health"), 200)
        if not stub.asked:
            fail(exchange, "the provider to be asked at OPENAI_BASE_URL/chat/completions", "it was not asked")
        stub.mode, stub.says = "answers", f"the provider says {uuid.uuid4().hex}"
        answered = _ask_in_time(instance, "And now?")

        expect_status(answered, 200, 201)
        found = expect_object(answered).get("answer")
        expect(found == stub.says, answered, f"answer to be what the provider said, {stub.says!r}")


@ahead
@requirement("upstream-timeout")
def test_a_silent_provider_is_a_gateway_timeout(api: Api, settings: Settings) -> None:
    with _provided(settings, alone=api.confirming) as provided, provided.turn:
        provided.stub.mode = "silent"
        exchange = _ask(provided.instance, "Does anybody answer?")

        expect_status(exchange, 504)
        took = exchange.seconds
        expect(took <= _ANSWERED_WITHIN, exchange, f"a 504 within {_ANSWERED_WITHIN:.0f} s", f"it took {took:.1f} s")
