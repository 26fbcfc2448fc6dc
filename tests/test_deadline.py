"""Work that knows no limit of time is given one."""

import contextlib
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


def test_where_it_was_dropped_it_is_raised_again() -> None:
    def work() -> None:
        for _ in itertools.count():
            pass

    def work_twice() -> None:
        # As the collector does with what those raise that it calls back.
        with contextlib.suppress(TookTooLong):
            work()
        work()

    with pytest.raises(TookTooLong), within(0.05):
        work_twice()


def test_work_that_takes_more_and_more_memory_is_ended() -> None:
    taken: list[bytes] = []

    with pytest.raises(TookTooLong), within(60):
        taken.extend(bytes(range(256)) * 4096 for _ in itertools.count())
