"""Instances of the target that a test starts for itself, each with the environment that it needs."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from conformance.checks import fail
from conformance.client import Client, Connection, Limits, TargetGone
from conformance.exchange import build
from conformance.settings import Settings
from conformance.target.command import Process

T = TypeVar("T")

READY_SECONDS = 30.0
# Where it is not the matter how long a start takes, a busy machine may take longer.
_PATIENT_SECONDS = 2 * READY_SECONDS
# Who serves although it should not may still be about to end.
_END_SECONDS = 3.0
_PAUSE = 0.05
# More starts at once than there are processors would only make all of them late. None waits long for its turn:
# what never becomes ready must not hold up the rest.
_STARTING = threading.Semaphore(2)
_TURN_SECONDS = 10.0
# A process rests when it uses less than this share of a processor for so many seconds.
_RESTING = 0.25
_REST = 0.3


@dataclass
class Instance:
    """A running instance of the target: its process, and a client of its own."""

    process: Process
    client: Client


def start(
    settings: Settings, env: Mapping[str, str] | None = None, unset: Iterable[str] = (), command: str | None = None
) -> Process:
    """Start the target's command with variables added to the configured ones."""
    assert settings.command is not None
    return Process(command or settings.command, settings.folder, {**settings.env, **(env or {})}, unset)


@contextlib.contextmanager
def launched(
    settings: Settings,
    env: Mapping[str, str] | None = None,
    command: str | None = None,
    within: float = _PATIENT_SECONDS,
) -> Iterator[Instance]:
    """Start the target, wait until it is ready, and end it afterwards; no connection to it is open then.

    Raises Mismatch when it does not become ready.
    """
    with _turn(), contextlib.ExitStack() as started:
        process = start(settings, env, command=command)
        started.callback(process.close)
        client = _client(process, settings)
        started.callback(client.close)
        problem = await_ready(process, client, within)
        if problem:
            fail(None, f"the target to answer /health within {within:.0f} s of its start", problem)
        running = started.pop_all()
    with running:
        yield Instance(process, client)


def ended(settings: Settings, process: Process) -> int | None:
    """Wait for a process that should not start to end, and give its exit status, None where it serves or hangs."""
    with contextlib.closing(_client(process, settings)) as client:
        await_ready(process, client, _PATIENT_SECONDS)
    return process.wait(_END_SECONDS)


def _client(process: Process, settings: Settings) -> Client:
    # Nothing listens yet while it starts: a refused connection is no news there.
    return Client(Connection(process.base_url, dict(settings.headers), limits=replace(Limits(), retries=0)))


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    had = _STARTING.acquire(timeout=_TURN_SECONDS)
    try:
        yield
    finally:
        if had:
            _STARTING.release()


@dataclass
class _Place(Generic[T]):
    """What is shared, once it is open, and how many are there."""

    guests: int = 0
    opening: threading.Lock = field(default_factory=threading.Lock)
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    found: T | None = None
    problem: Exception | None = None


class Shared(Generic[T]):
    """What costs a start, for all who need it at the same time: the first opens it, and the last closes it.

    Raises for all of them what the opening raised.
    """

    def __init__(self, opened: Callable[[Settings], contextlib.AbstractContextManager[T]]) -> None:
        self._opened = opened
        self._places: dict[int, _Place[T]] = {}
        self._counting = threading.Lock()

    @contextlib.contextmanager
    def __call__(self, settings: Settings, *, alone: bool = False) -> Iterator[T]:
        """Give what is shared, or one of their own to those who are to be ``alone`` with it."""
        if alone:
            with self._opened(settings) as found:
                yield found
            return
        with self._counting:
            place = self._places.setdefault(id(settings), _Place())
            place.guests += 1
        try:
            yield self._enter(place, settings)
        finally:
            with self._counting:
                place.guests -= 1
                last = not place.guests
                if last:
                    del self._places[id(settings)]
            if last:
                place.stack.close()

    def _enter(self, place: _Place[T], settings: Settings) -> T:
        with place.opening:
            if place.problem:
                raise place.problem
            if place.found is None:
                try:
                    place.found = place.stack.enter_context(self._opened(settings))
                except Exception as error:
                    place.problem = error
                    raise
            return place.found


# An instance as the configuration describes it, with nothing added.
plain = Shared(partial(launched, within=READY_SECONDS))


def await_ready(process: Process, client: Client, seconds: float, *, by_any_answer: bool = False) -> str | None:
    """Wait until ``/health`` is 200 and say why it never was.

    ``by_any_answer`` is for what may have no such route: whatever answers but with a 5xx is ready.
    """
    deadline = time.monotonic() + seconds
    last = "nothing answers"
    while time.monotonic() < deadline:
        if process.status is not None:
            return f"it ended with status {process.status}: {process.output()[-600:].strip()}"
        try:
            exchange = client.send(build("GET", "/health"), whole=2.0, fresh=True)
            status = exchange.status
            if status == 200 or (by_any_answer and status is not None and status < 500):
                return None
            last = f"/health is {exchange.status or exchange.failure}"
        except TargetGone:
            time.sleep(_PAUSE)
            continue
        time.sleep(_PAUSE)
    return last


def await_idle(process: Process, seconds: float) -> None:
    """Wait until a process and its children rest, as they do once the last of them has started."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = process.busy()
        time.sleep(_REST)
        if process.busy() - before < _REST * _RESTING:
            return
