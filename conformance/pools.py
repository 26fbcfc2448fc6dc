"""Connections that are kept, in pools small enough to be quick."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator

import httpx2 as httpx

# For every request a pool looks at each of its connections, which of a large one takes longer than
# the request itself.
_SIZE = 10


class Pools:
    """Shares requests out among clients, each with a pool of its own.

    ``make`` gives a client that keeps so many connections.
    """

    def __init__(self, make: Callable[[int], httpx.AsyncClient], connections: int) -> None:
        count = max(1, connections // _SIZE)
        self._clients = [make(connections // count) for _ in range(count)]
        self._busy: Counter[httpx.AsyncClient] = Counter()

    @contextlib.contextmanager
    def client(self) -> Iterator[httpx.AsyncClient]:
        """Give the client that has least to do, the same one to whoever sends one request at a time."""
        client = min(self._clients, key=self._busy.__getitem__)
        self._busy[client] += 1
        try:
            yield client
        finally:
            self._busy[client] -= 1

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients:
            await client.aclose()
