"""Instances of the target that a test starts for itself, each with the environment that it needs."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.checks import fail
from conformance.client import Client, Connection, Limits, TargetGone
from conformance.exchange import build
from conformance.settings import Settings
from conformance.target.command import Process

READY_SECONDS = 30.0
_PAUSE = 0.05
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
    settings: Settings, env: Mapping[str, str] | None = None, unset: Iterable[str] = (), command: str | None = None
) -> Iterator[Instance]:
    """Start the target, wait until it is ready, and end it afterwards.

    Raises Mismatch when it does not become ready.
    """
    process = start(settings, env, unset, command)
    # Nothing listens yet while it starts: a refused connection is no news there.
    client = Client(Connection(process.base_url, dict(settings.headers), limits=replace(Limits(), retries=0)))
    try:
        problem = await_ready(process, client, READY_SECONDS)
        if problem:
            fail(None, f"the target to answer /health within {READY_SECONDS:.0f} s of its start", problem)
        yield Instance(process, client)
    finally:
        client.close()
        process.close()


def await_ready(process: Process, client: Client, seconds: float) -> str | None:
    """Wait until ``/health`` is 200 and say why it never was."""
    deadline = time.monotonic() + seconds
    last = "nothing answers"
    while time.monotonic() < deadline:
        if process.status is not None:
            return f"it ended with status {process.status}: {process.output()[-600:].strip()}"
        try:
            exchange = client.send(build("GET", "/health"), whole=2.0)
            if exchange.status == 200:
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
