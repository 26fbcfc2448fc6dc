"""What ends with a loop in the background ends in order."""

import asyncio
import threading
from concurrent.futures import CancelledError

from conformance.background import Background, begun


def test_what_is_under_way_ends_before_the_last_work() -> None:
    background, begins, ended = Background("test"), threading.Event(), []

    async def under_way() -> None:
        begins.set()
        try:
            await asyncio.Future()
        finally:
            ended.append("what was under way")

    async def last() -> None:
        ended.append("the last work")

    waiting = begun(lambda: background.call(under_way()))
    begins.wait()
    background.close(last)

    assert ended == ["what was under way", "the last work"]
    assert isinstance(waiting.exception(), CancelledError)
