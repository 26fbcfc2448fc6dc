"""Guide section 17, whole: each piece arrives when it is made."""

from conformance.checks import expect, expect_status
from conformance.exchange import build
from conformance.properties import Api, requirement, timed
from conformance.suite.guide import _load

_COUNT = 5
_INTERVAL = 0.2


@timed
@requirement("stream-incremental")
def test_the_first_chunk_does_not_wait_for_the_last(api: Api) -> None:
    def check() -> None:
        exchange = api.send(build("GET", "/stream", query={"count": _COUNT, "interval": _INTERVAL}))
        expect_status(exchange, 200)
        answer = exchange.answer
        assert answer is not None
        wanted = "".join(f"chunk{n}\n" for n in range(1, _COUNT + 1))
        expect(answer.text == wanted, exchange, f"the body {wanted!r}")
        first, last = answer.arrivals[0], answer.arrivals[-1]
        spread = last >= _INTERVAL * (_COUNT - 1) / 2
        expect(spread, exchange, f"a chunk every {_INTERVAL} s", f"the last came after {last:.2f} s")
        note = f"the first came after {first:.2f} s, the last after {last:.2f} s"
        expect(first < last / 2, exchange, "the first chunk before half of the time to the last has passed", note)

    _load.persistent(check)
