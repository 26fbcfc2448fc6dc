"""A client with a single connection: what one caller sees of one worker."""

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from conformance.client import Client
from conformance.properties import Api

# Callers of a route that counts them come one at a time, whatever else of the run goes on.
_ONE_CALLER = threading.Lock()
_LEFT: "weakref.WeakKeyDictionary[Client, float]" = weakref.WeakKeyDictionary()


@contextmanager
def connection(api: Api) -> Iterator[Client]:
    """Open a client of one connection beside the run's own, seen by the same observers."""
    told = api.client.connection
    client = Client(replace(told, limits=replace(told.limits, connections=1, concurrency=1)))
    client.observers += api.client.observers
    try:
        yield client
    finally:
        client.close()
        api.client.requests += client.requests


@contextmanager
def caller(api: Api, free: float = 0.0) -> Iterator[Client]:
    """Open such a client as the only caller of this run, when none has called for ``free`` seconds."""
    with _ONE_CALLER, connection(api) as client:
        time.sleep(max(0.0, _LEFT.get(api.client, -free) + free - time.monotonic()))
        try:
            yield client
        finally:
            _LEFT[api.client] = time.monotonic()
