"""Guide section 14: nothing blocks in an ``async def``."""

from conformance.checks import expect
from conformance.properties import requirement
from conformance.settings import Settings
from conformance.suite.guide import _source


@requirement("no-blocking-call")
def test_no_async_function_makes_a_blocking_call(settings: Settings) -> None:
    found = _source.ruff(settings, "ASYNC2")
    expect(not found, None, "no blocking call in an async def (ruff, ASYNC2)", "; ".join(map(str, found[:10])))
