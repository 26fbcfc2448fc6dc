"""The client: the one module that opens a socket. Every request and its answer is an Exchange."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx2 as httpx

from conformance import bodies, wire
from conformance.background import Background
from conformance.exchange import Answer, Exchange, Request, build
from conformance.patience import Patience
from conformance.pools import Pools
from conformance.redirects import other_slash

T = TypeVar("T")
MIB = 1024 * 1024
_PIECE = 64 * 1024
# What is kept of a body that is longer than it may be.
_BEGINNING = MIB // 2


class TargetGone(Exception):
    """Nothing answers at the target's address any more."""


class TargetUnresponsive(Exception):
    """The target let so many requests run out of time that no more are sent."""


@dataclass(frozen=True)
class Limits:
    """How long and how much a request may take: seconds, and bytes of an answer's body."""

    connect: float = 5.0
    idle: float = 8.0
    whole: float = 10.0
    body: int = 2 * MIB
    concurrency: int = 32
    connections: int = 100
    # Whether a refused connection is tried again before the target counts as gone.
    retries: int = 2
    # Seconds lost to requests that ran out of time after which the rest get ``hurried`` each,
    # and after which no more are sent; no route may lose all of that for the others.
    patience: float = 60.0
    exhausted: float = 90.0
    hurried: float = 2.0


@dataclass(frozen=True)
class Connection:
    """How to reach a target over HTTP, whatever its kind."""

    base_url: str
    headers: dict[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    trust_env: bool = False
    limits: Limits = Limits()


class Client:
    """Sends requests to one base URL, one at a time or many at once.

    ``observers`` see every exchange as soon as it is complete.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.base_url = connection.base_url.rstrip("/")
        self.observers: list[Callable[[Exchange], None]] = []
        self.requests = 0
        self.verify = ssl.create_default_context(cafile=connection.ca_file)
        limits = connection.limits
        self._patience = Patience(limits.patience, limits.exhausted, limits.hurried)
        self._loop = Background("conformance-client")
        self._pools, self._fresh = self._loop.call(self._open())

    def close(self) -> None:
        """End what is under way, close every connection, and end the thread."""

        async def close() -> None:
            await self._pools.aclose()
            await self._fresh.aclose()

        # A connection that came up after its pool was closed would never be.
        self._loop.close(close)

    def send(self, request: Request, **limits: float) -> Exchange:
        """Send one request; ``whole`` and ``body`` lift this request's limits.

        Raises TargetGone and TargetUnresponsive.
        """
        return self.send_all([request], **limits)[0]

    def send_all(self, requests: Sequence[Request], **limits: float) -> list[Exchange]:
        """Send many requests at once and give their exchanges in the order of the requests.

        What is ``forgiven`` does not count as lost when it runs out of time. Raises TargetGone and TargetUnresponsive.
        """
        if self._patience.is_exhausted:
            raise TargetUnresponsive(f"the target let {self._patience.lost:.0f} s of requests run out of time")
        exchanges = self._loop.call(self._gather([self._complete(request) for request in requests], limits))
        if not limits.get("forgiven"):
            self._patience.count(exchanges)
        for exchange in exchanges:
            for observer in self.observers:
                observer(exchange)
        return exchanges

    def get(self, path: str, **parts: Any) -> Exchange:
        """Send a GET; ``parts`` as for ``exchange.build``."""
        return self.send(build("GET", path, **parts))

    def post(self, path: str, **parts: Any) -> Exchange:
        """Send a POST; ``parts`` as for ``exchange.build``."""
        return self.send(build("POST", path, **parts))

    def run(self, talk: Callable[[httpx.AsyncClient, str], Coroutine[Any, Any, T]], seconds: float) -> T:
        """Run a conversation that is no single request, such as a WebSocket's, within a time limit.

        Raises TimeoutError when it takes longer.
        """
        self.requests += 1

        async def limited() -> T:
            async with asyncio.timeout(seconds):
                return await talk(self._fresh, self.base_url)

        return self._loop.call(limited())

    def _complete(self, request: Request) -> Request:
        # An exchange has to show all that was sent, what the configuration adds included.
        added = [(name, value) for name, value in self.connection.headers.items() if request.header(name) is None]
        return replace(request, headers=(*request.headers, *added)) if added else request

    async def _open(self) -> tuple[Pools, httpx.AsyncClient]:
        return Pools(self._new_client, self.connection.limits.connections), self._new_client(0)

    def _new_client(self, keep: int) -> httpx.AsyncClient:
        connection = self.connection
        return httpx.AsyncClient(
            # Compression would hide from the body's limit how much a target really sends.
            headers={"accept-encoding": "identity", **connection.headers},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            verify=self.verify,
            trust_env=connection.trust_env,
            follow_redirects=False,
            limits=httpx.Limits(
                max_connections=keep or None,
                max_keepalive_connections=keep,
            ),
            timeout=httpx.Timeout(connection.limits.idle, connect=connection.limits.connect, pool=None),
        )

    async def _gather(self, requests: Iterable[Request], limits: dict[str, float]) -> list[Exchange]:
        gate = asyncio.Semaphore(int(limits.get("concurrency", self.connection.limits.concurrency)))

        async def one(request: Request) -> Exchange:
            async with gate:
                return await self._exchange(request, limits)

        # Each ends within its time limits: a TLS handshake that is cancelled would leave its connection open.
        ended = await asyncio.gather(*(one(request) for request in requests), return_exceptions=True)
        exchanges = []
        for each in ended:
            if isinstance(each, BaseException):
                raise each
            exchanges.append(each)
        return exchanges

    async def _exchange(self, request: Request, limits: dict[str, float]) -> Exchange:
        self.requests += 1
        started = time.perf_counter()
        try:
            with nullcontext(self._fresh) if limits.get("fresh") else self._pools.client() as client:
                answer = await self._attempt(client, request, limits)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.ConnectError) as error:
            # A server may drop a kept connection for the fault of an earlier request: only what
            # a connection of its own does can be held against this one.
            try:
                answer = await self._attempt_afresh(request, limits)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as again:
                return self._failed(request, again if str(again) else error, started)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ssl.SSLError) as error:
            return self._failed(request, error, started)
        return Exchange(request, self.base_url, answer, None, time.perf_counter() - started)

    async def _attempt_afresh(self, request: Request, limits: dict[str, float]) -> Answer:
        for pause in (0.0, 0.3, 0.7)[: 1 + self.connection.limits.retries]:
            await asyncio.sleep(pause)
            try:
                return await self._attempt(self._fresh, request, limits)
            except httpx.ConnectError as error:
                refused = error
        raise TargetGone(f"{self.base_url} does not answer any more: {refused}") from refused

    async def _attempt(self, client: httpx.AsyncClient, request: Request, limits: dict[str, float]) -> Answer:
        default = self.connection.limits
        whole = self._patience.seconds(request, limits.get("whole", default.whole))
        cap = int(limits.get("body", default.body))
        async with asyncio.timeout(whole):
            answer = await self._ask(client, request, cap)
            twin = other_slash(request, self.base_url, answer)
            if twin is None:
                return answer
            self.requests += 1
            return replace(await self._ask(client, replace(request, path=twin), cap), found_at=twin)

    async def _ask(self, client: httpx.AsyncClient, request: Request, cap: int) -> Answer:
        outgoing = client.build_request(
            request.method,
            self.base_url + request.path,
            headers=[(k.encode("latin-1", "replace"), v.encode("utf-8", "replace")) for k, v in request.headers],
            content=_pieces(request.body or b"") if request.header("transfer-encoding") else request.body,
        )
        started = time.perf_counter()
        # What a request itself presents comes before what the base URL names (user:password@host).
        presented = _as_it_is if "authorization" in outgoing.headers else None
        incoming = await client.send(outgoing, stream=True, auth=presented)
        try:
            arrivals: list[float] = []
            body = await bodies.read(incoming, cap, lambda: arrivals.append(time.perf_counter() - started))
        finally:
            await incoming.aclose()
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in incoming.headers.raw)
        truncated = len(body) > cap
        # Many answers without an end are held at once: their beginnings tell enough.
        kept = body[: min(cap, _BEGINNING)] if truncated else body
        return Answer(incoming.status_code, headers, kept, truncated, tuple(arrivals), version=incoming.http_version)

    def _failed(self, request: Request, error: Exception, started: float) -> Exchange:
        return Exchange(request, self.base_url, None, _reason(error), time.perf_counter() - started)


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """Give a body in pieces: it is then sent in chunks, and its size is not declared."""
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]


def _as_it_is(request: httpx.Request) -> httpx.Request:
    return request


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return "no whole answer in time"
    if isinstance(error, (httpx.InvalidURL, httpx.LocalProtocolError)):
        return f"could not be sent: {error}"
    return f"no valid answer: {error or type(error).__name__}"


def raw_answer(client: Client, request: Request, seconds: float = 5.0, hesitation: float = 0.0) -> Exchange:
    """Send a request on a connection of its own and give every byte up to its end as the answer.

    Unlike ``send`` this shows what follows the head of a 204. The body of the answer is whatever
    came after the head, as it stood on the wire. For ``hesitation`` seconds the request's own body
    is kept back, and it is sent while the answer is read: so one that comes before the body, or
    instead of it, is not lost.
    """

    async def talk(_: httpx.AsyncClient, base_url: str) -> bytes:
        url = httpx.URL(base_url + request.path)
        tls = url.scheme == "https"
        context = client.verify if tls else None
        port = url.port or (443 if tls else 80)
        reader, writer = await asyncio.open_connection(url.host, port, ssl=context)
        try:
            return await wire.converse(reader, writer, request, wire.head(request, url, headers), hesitation)
        finally:
            # What was not sent yet nobody waits for any more.
            writer.transport.abort()

    headers = client.connection.headers
    try:
        received = client.run(talk, seconds)
    except (OSError, TimeoutError) as error:
        return Exchange(request, client.base_url, None, _reason(error))
    head, _, rest = received.partition(b"\r\n\r\n")
    words = head.split(b"\r\n")[0].split(b" ")
    if len(words) < 2 or not words[1].isdigit():
        return Exchange(request, client.base_url, None, "no valid answer")
    return Exchange(request, client.base_url, Answer(int(words[1]), (), rest))
