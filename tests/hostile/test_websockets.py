"""A WebSocket that floods, never ends a message or breaks the protocol fails its requirements, in time."""

import asyncio
import base64
import hashlib
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.hostile.measured import ALL, Measured, assert_withstood, measure
from tests.hostile.relay import Deed, relaying, saying
from tests.servers import Received

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


def frame(opcode: int, payload: bytes = b"", final: bool = True, length: int | None = None) -> bytes:
    """Write a server's frame down (RFC 6455, section 5.2); ``length`` may be a lie."""
    told = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | opcode])
    short = bytes([told]) if told < 126 else b"\x7e" + struct.pack(">H", told) if told < 65_536 else b""
    return head + (short or b"\x7f" + struct.pack(">Q", told)) + payload


def upgraded(*pieces: bytes, again: bytes = b"", pause: float = 0.0, key: str | None = None) -> Deed:
    """Upgrade, send pieces, and then one again and again."""

    async def deed(request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = request.header("sec-websocket-key") or ""
        accept = base64.b64encode(hashlib.sha1((asked + _GUID).encode()).digest()).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(f"{head}Sec-WebSocket-Accept: {key or accept}\r\n\r\n".encode())
        for piece in pieces:
            writer.write(piece)
        while again:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)

    return deed


HELLO = frame(1, b"hello")
# Each of these breaks at least the close; some say hello before.
TALKS: dict[str, Deed] = {
    "messages without end": upgraded(again=HELLO * 1_000),
    "a frame of 4 EiB": upgraded(frame(1, b"hello", length=2**62), again=b"x" * 65_536),
    "a message of frames without end": upgraded(frame(1, b"hello", final=False), again=frame(0, b"x" * 60_000, False)),
    "a message of 64 MiB": upgraded(frame(1, b"x" * 2**26), HELLO, frame(8, b"\x03\xe8")),
    "text that is no text": upgraded(frame(1, b"\xff\xfe"), frame(8, b"\x03\xe8")),
    "a close code that does not exist": upgraded(HELLO, frame(8, b"\x00\x07")),
    "half a close": upgraded(HELLO, frame(8, b"\x03")),
    "a reason of escape sequences": upgraded(HELLO, frame(8, b"\x03\xe9\x1b[2J\x1b]0;owned\x07")),
    "an opcode that nobody knows": upgraded(HELLO, frame(5, b"?")),
    "a masked frame": upgraded(b"\x81\x85\0\0\0\0hello"),
    "a frame of reserved bits": upgraded(b"\xf1\x05hello"),
    "the end within a frame": upgraded(frame(1, b"hello", length=9)),
    "another's key": upgraded(HELLO, frame(8, b"\x03\xe8"), key="x" * 28),
    "no WebSocket at all": saying(b"\0" * 100),
}
# These take all the time that a conversation has.
PATIENT: dict[str, Deed] = {
    "empty frames without end": upgraded(frame(1, b"", final=False), again=frame(0, b"", False) * 1_000),
    "pings without end": upgraded(HELLO, again=frame(9, b"ping") * 1_000),
    "silence after hello": upgraded(HELLO, again=frame(10), pause=1),
}


SOME = ["messages without end", "a frame of 4 EiB", "a close code that does not exist", "another's key"]


@pytest.mark.parametrize("name", [*TALKS, *PATIENT] if ALL else SOME)
def test_a_hostile_websocket_fails_and_is_withstood(name: str, guide: str, calm: Measured, tmp_path: Path) -> None:
    with relaying(guide, {"/ws": (TALKS | PATIENT)[name]}) as url:
        run = measure(tmp_path, "--target-url", url, "--requirement", "ws-hello", "--requirement", "ws-close")

    assert_withstood(run, calm)
    assert {run.status("ws-hello"), run.status("ws-close")} & {"failed"}, run.output
