"""Guide section 25: every request leaves a line, and a provider's failure is not the API's."""

import json
import time
import uuid
from typing import Any

from conformance.checks import expect, expect_object, expect_status, fail
from conformance.exchange import Exchange
from conformance.launch import Instance, launched
from conformance.properties import ahead, requirement
from conformance.settings import Settings
from conformance.stub import Stub, provider

_FIELDS = ("request_id", "method", "path", "status", "duration_ms")
_WRITTEN_WITHIN = 5.0
_ANSWERED_WITHIN = 5.0


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
def test_every_request_leaves_one_json_line(settings: Settings) -> None:
    with launched(settings) as instance:
        for path, status in (("/health", 200), ("/users/seven", 422), (f"/no-such-{uuid.uuid4().hex}", 404)):
            sent = str(uuid.uuid4())
            exchange = instance.client.get(path, headers={"X-Request-ID": sent})
            _expect_line(instance, exchange, path, status)


def _expect_line(instance: Instance, exchange: Exchange, path: str, status: int) -> None:
    told = exchange.answer.header("x-request-id") if exchange.answer else None
    expected = f"one JSON line with {', '.join(_FIELDS)} for GET {path}"
    deadline = time.monotonic() + _WRITTEN_WITHIN
    while not (mine := [line for line in _lines(instance) if line.get("request_id") == told and "path" in line]):
        expect(time.monotonic() < deadline, exchange, expected, f"no line has request_id {told}")
        time.sleep(0.02)
    expect(len(mine) == 1, exchange, expected, f"there are {len(mine)}")
    line = mine[0]
    missing = [name for name in _FIELDS if name not in line]
    expect(not missing, exchange, expected, f"it lacks {', '.join(missing)}: {line}")
    expect(str(line["method"]).upper() == "GET", exchange, expected, f"method is {line['method']!r}")
    expect(str(line["path"]).partition("?")[0].endswith(path), exchange, expected, f"path is {line['path']!r}")
    expect(line["status"] == status, exchange, expected, f"status is {line['status']!r}")
    duration = line["duration_ms"]
    timed = isinstance(duration, (int, float)) and not isinstance(duration, bool) and duration >= 0
    expect(timed, exchange, expected, f"duration_ms is {duration!r}")


def _environment(stub: Stub, timeout: str) -> dict[str, str]:
    return {
        "LLM_PROVIDER": "openai",
        "OPENAI_API_KEY": "stub-key-of-the-run",
        "OPENAI_BASE_URL": stub.base_url,
        "LLM_TIMEOUT": timeout,
    }


def _ask(instance: Instance, question: str) -> Exchange:
    return instance.client.post("/ask", json={"question": question})


@ahead
@requirement("upstream-timeout")
def test_a_silent_provider_is_a_gateway_timeout(settings: Settings) -> None:
    with provider("silent") as stub, launched(settings, _environment(stub, "1")) as instance:
        exchange = _ask(instance, "Does anybody answer?")

        expect_status(exchange, 504)
        took = exchange.seconds
        expect(took <= _ANSWERED_WITHIN, exchange, f"a 504 within {_ANSWERED_WITHIN:.0f} s", f"it took {took:.1f} s")


@ahead
@requirement("upstream-failure")
def test_a_failing_provider_is_a_bad_gateway_and_a_working_one_is_heard(settings: Settings) -> None:
    says = f"the provider says {uuid.uuid4().hex}"
    with provider("fails", says) as stub, launched(settings, _environment(stub, "1")) as instance:
        exchange = _ask(instance, "Does it work?")
        expect_status(exchange, 502, 503)
        expect_status(instance.client.get("/health"), 200)
        if not stub.asked:
            fail(exchange, "the provider to be asked at OPENAI_BASE_URL/chat/completions", "it was not asked")
        stub.mode = "answers"
        answered = _ask(instance, "And now?")

        expect_status(answered, 200, 201)
        found = expect_object(answered).get("answer")
        expect(found == says, answered, f"answer to be what the provider said, {says!r}")
