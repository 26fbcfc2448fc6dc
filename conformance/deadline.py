"""A limit on the time of work that knows none itself, such as a library's on a target's document."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class TookTooLong(BaseException):
    """The time was up; no Exception, since libraries catch those."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in what is still under way after so many seconds of this process's processor time.

    On a busy machine they last longer, and say the same about the work. Where there is no such timer,
    or outside the main thread, there is no limit.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(number: int, frame: Any) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
