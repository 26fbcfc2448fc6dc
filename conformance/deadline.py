"""A limit on the time and memory of work that knows none itself, such as a library's on a target's document."""

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

# How often it is looked, in seconds of this process's processor time, and how much memory may have come since.
_LOOK = 0.1
_LARGEST = 128 * 2**20


class TookTooLong(BaseException):
    """The time was up, or too much memory taken; no Exception, since libraries catch those."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in what is still under way after so many seconds of this process's processor time.

    On a busy machine they last longer, and say the same about the work. So does what takes more
    than 128 MiB beside what was held at most before. Where there is no such timer, or outside the main
    thread, there is no limit.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    until, over = time.process_time() + seconds, False
    held = _peak()

    def late(number: int, frame: Any) -> None:
        if not over and (time.process_time() >= until or _peak() - held > _LARGEST):
            raise TookTooLong

    before = signal.signal(signal.SIGPROF, late)
    # Again and again: raised while the collector calls somebody back, it would be dropped.
    look = min(_LOOK, seconds)
    signal.setitimer(signal.ITIMER_PROF, look, look)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _peak() -> int:
    """Give the most bytes that this process held at one time."""
    # Where there is no such timer, there is no such module either.
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
