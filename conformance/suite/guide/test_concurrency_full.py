"""Guide section 14, whole: what is slow holds back itself and nothing else."""

from conformance.checks import expect, expect_status
from conformance.exchange import build
from conformance.properties import Api, ahead, requirement, timed
from conformance.suite.guide import _load

_LEGAL = (0, 0.1, 0.3, 2)
_ILLEGAL = (-1, -0.01, 2.01, 3)
_DELAY = 0.3
_LONG = 1.2
# Clocks of two processes differ a little, and so does what each takes for the start.
_SLACK = 0.02


@ahead
@requirement("delay-honoured")
def test_a_delay_holds_the_answer_back(api: Api) -> None:
    waits = [(path, seconds) for path in ("/sync", "/async") for seconds in _LEGAL]
    exchanges = api.send_all([build("GET", path, query={"delay": seconds}) for path, seconds in waits])
    for (_, seconds), exchange in zip(waits, exchanges, strict=True):
        expect_status(exchange, 200)
        took = exchange.seconds
        expect(took >= seconds - _SLACK, exchange, f"an answer no sooner than {seconds} s", f"it took {took:.2f} s")
    wrong = [build("GET", path, query={"delay": delay}) for path in ("/sync", "/async") for delay in _ILLEGAL]
    for exchange in api.send_all(wrong):
        expect_status(exchange, 422)


@timed
@requirement("async-not-blocked")
def test_slow_async_answers_do_not_wait_for_each_other(api: Api) -> None:
    _load.persistent(lambda: _load.expect_side_by_side(api, "/async", _DELAY, 20))


@timed
@requirement("sync-in-threads")
def test_slow_sync_answers_do_not_either(api: Api) -> None:
    _load.persistent(lambda: _load.expect_side_by_side(api, "/sync", _DELAY, 10))


@timed
@requirement("loop-responsive")
def test_health_is_quick_while_others_wait(api: Api) -> None:
    slow = [request for path in ("/sync", "/async") for request in _load.slow(path, _LONG, 10)]
    what = "10 slow /sync and 10 slow /async are under way"
    _load.persistent(lambda: _load.expect_health_quick_during(api, slow, _LONG, what))
