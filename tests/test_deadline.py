"""Work that knows no limit of time is given one."""

import itertools
import signal
import threading

import pytest

from conformance.deadline import TookTooLong, within


def test_work_without_end_is_ended() -> None:
    with pytest.raises(TookTooLong), within(0.05):
        for _ in itertools.count():
            pass


def test_no_library_takes_it_for_an_error_of_its_own() -> None:
    assert not issubclass(TookTooLong, Exception)


def test_work_that_ends_leaves_no_timer_behind() -> None:
    before = signal.getsignal(signal.SIGPROF)

    with within(60):
        pass

    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_in_another_thread_there_is_no_limit() -> None:
    done = []

    def work() -> None:
        with within(0.0001):
            done.append(sum(range(1_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == [499_500]
