"""Ctrl-C and its like: a run that is ended from outside still ends what it started and tells what it knows."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def heed_termination() -> Callable[[], None]:
    """Treat SIGTERM as Ctrl-C, where nobody else handles it; what is given back ends that."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return lambda: None

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)

    def end() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    return end


@contextlib.contextmanager
def held() -> Iterator[list[int]]:
    """Keep signals from breaking into work that takes no time, and give those that came."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {number: signal.signal(number, lambda seen, _: came.append(seen)) for number in _SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
