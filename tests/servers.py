"""Small HTTP servers, right and wrong, each in a thread of the test's process."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from tests.harness import ROOT

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Received:
    """A request as it stood on the wire."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes = field(repr=False, default=b"")

    def header(self, name: str) -> str | None:
        """Give a header's first value."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Reply = Callable[[Received], bytes]


def answer(status: int = 200, body: bytes = b"{}", kind: str = "application/json", **headers: str) -> bytes:
    """Write an answer down; a header's name is given with ``_`` for ``-``."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received | None:
    """Read one request, None where the connection ends."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line))
    told = {name.lower(): value for name, value in headers}
    if told.get("expect") == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(int(told.get("content-length", "0")))
    return Received(method, path, headers, body, head + body)


def replying(reply: Reply) -> Talk:
    """Answer each request of a connection with the bytes that ``reply`` makes of it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_request(reader, writer)) is not None:
            writer.write(reply(request))
            await writer.drain()

    return talk


async def say(writer: asyncio.StreamWriter, *pieces: bytes, pause: float = 0.0) -> None:
    """Write a few pieces, with a pause after each."""
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


async def say_without_end(writer: asyncio.StreamWriter, head: bytes, piece: bytes, pause: float = 0.0) -> None:
    """Write a head, and a piece again and again until the client has had enough."""
    writer.write(head)
    while True:
        await say(writer, piece, pause=pause)


def once(*pieces: bytes, pause: float = 0.0) -> Talk:
    """Answer a connection's first request with a few pieces, and close it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await read_request(reader, writer) is not None:
            await say(writer, *pieces, pause=pause)

    return talk


def without_end(head: bytes, piece: bytes, pause: float = 0.0) -> Talk:
    """Answer a connection's first request with a head, and pieces until the client has had enough."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await read_request(reader, writer) is not None:
            await say_without_end(writer, head, piece, pause)

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read and never say anything."""
    await reader.read()


class Server:
    """Listens on a port of the loopback interface until it is closed."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._talks: set[asyncio.Task[None] | None] = set()
        self._stopped = self._loop.create_future()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, name=f"server {self.url}")
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and listen no more; from any thread."""
        with contextlib.suppress(RuntimeError):  # it has stopped by itself
            self._loop.call_soon_threadsafe(self.stop_here)

    def stop_here(self) -> None:
        """Do as ``stop``, from within a talk."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    def close(self) -> None:
        """Stop and wait for the end."""
        self.stop()
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._converse, sock=self._listener, ssl=self._tls)
        await self._stopped
        server.close()
        while talking := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
        # A connection that is closed lets its socket go a turn later.
        await asyncio.sleep(0)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Once the other side has hung up, nothing else holds a talk that waits without end.
        self._talks.add(talk := asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            # Who stops reading keeps a connection open that still has something to send.
            writer.transport.abort()
            self._talks.discard(talk)


@contextlib.contextmanager
def serving(talk: Talk) -> Iterator[str]:
    """Serve and give the base URL."""
    server = Server(talk)
    try:
        yield server.url
    finally:
        server.close()


@dataclass
class Recorder:
    """A server that answers ``{}`` and keeps what it was sent."""

    url: str
    received: list[Received]


@contextlib.contextmanager
def recording(reply: Reply = lambda _: answer()) -> Iterator[Recorder]:
    """Serve, and keep every request."""
    received: list[Received] = []

    def keep(request: Received) -> bytes:
        received.append(request)
        return reply(request)

    with serving(replying(keep)) as url:
        yield Recorder(url, received)


@contextlib.contextmanager
def uvicorn(application: str, path: str = "") -> Iterator[str]:
    """Serve an application of this checkout by uvicorn in a process of its own, and give its base URL."""
    port = free_port()
    words = [sys.executable, "-m", "tests.serve", application, str(port)]
    server = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE)
    assert server.stdin is not None
    try:
        wait_until_open(port, server)
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        server.stdin.close()
        server.wait()


def free_port() -> int:
    """Give a port of the loopback interface that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def wait_until_open(port: int, server: "subprocess.Popen[bytes]", seconds: float = _START_SECONDS) -> None:
    """Wait until a server that was started listens.

    Raises RuntimeError when it ends, or does not in good time.
    """
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")
