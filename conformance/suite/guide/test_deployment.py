"""Guide section 24: it starts, and ends in good order."""

import threading
import time

from conformance.checks import expect_status, fail
from conformance.exchange import Exchange, build
from conformance.launch import launched, plain
from conformance.properties import Api, ahead, requirement
from conformance.settings import Settings

_ENDS_WITHIN = 10.0
_SLOW = 2
_ARRIVED = 0.5
_TIMES = 5
_NOT_OVER = 1.5


@ahead
@requirement("starts-ready")
def test_it_is_ready_soon_after_its_start(api: Api, settings: Settings) -> None:
    with plain(settings, alone=api.confirming) as instance:
        expect_status(instance.client.get("/health"), 200)


@ahead
@requirement("graceful-shutdown")
def test_a_request_under_way_is_answered_before_the_end(settings: Settings) -> None:
    with launched(settings) as instance:
        one = instance.client.send(build("GET", "/health"), fresh=True)
        answers: list[Exchange] = []
        slow = threading.Thread(target=lambda: answers.append(instance.client.get("/async", query={"delay": _SLOW})))
        slow.start()
        # Long enough for the request to have arrived, on a busy machine too, and short enough for it not to be over.
        time.sleep(min(_ARRIVED + _TIMES * one.seconds, _NOT_OVER))
        instance.process.terminate()
        status = instance.process.wait(_ENDS_WITHIN)
        slow.join(_ENDS_WITHIN)
    if not answers or answers[0].status != 200:
        seen = answers[0].received() if answers else "nothing"
        fail(None, "the slow request to be answered after SIGTERM", f"it got: {seen}")
    if status is None:
        fail(answers[0], f"the process to end within {_ENDS_WITHIN:.0f} s of SIGTERM", "it still runs")
