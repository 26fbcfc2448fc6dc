"""A client with a single connection: what one caller sees of one worker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from conformance.client import Client
from conformance.properties import Api

# Callers of a route that counts them come one at a time, whatever else of the run goes on.
ONE_CALLER = threading.Lock()


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
