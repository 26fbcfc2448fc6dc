"""Guide section 24: it starts, and ends in good order."""

import threading
import time

from conformance.checks import expect_status, fail
from conformance.client import Client, Connection, Limits
from conformance.exchange import Exchange
from conformance.launch import READY_SECONDS, await_ready, launched, start
from conformance.properties import ahead, requirement
from conformance.settings import Settings

_ENDS_WITHIN = 10.0


@ahead
@requirement("starts-ready")
def test_it_is_ready_soon_after_its_start(settings: Settings) -> None:
    with launched(settings) as instance:
        expect_status(instance.client.get("/health"), 200)


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
