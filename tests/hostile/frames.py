"""Connections that end early, and bodies that are not as long or as cut as their heads say."""

import asyncio
import socket
import struct

from tests.hostile.relay import OK, Deed, saying
from tests.servers import Received

_VALUE = b'{"status": "ok", "message": "hi"}'
_CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_FORGED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"


async def _reset(request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


CUTS: dict[str, Deed] = {
    "the end before anything": saying(b""),
    "a reset before anything": _reset,
    "the end within the status line": saying(b"HTTP/1.1 20"),
    "the end within a header": saying(OK + b"Content-Le"),
    "the end after a header": saying(OK),
    "the end within the body": saying(OK + b"Content-Length: 100\r\n\r\n" + _VALUE),
    "the end within a chunk": saying(_CHUNKED + b"ff\r\n" + _VALUE),
    "the end before the last chunk": saying(_CHUNKED + b"%x\r\n" % len(_VALUE) + _VALUE + b"\r\n"),
}
LENGTHS: dict[str, Deed] = {
    "a length that is too short": saying(OK + b"Content-Length: 5\r\n\r\n" + _VALUE),
    "a second answer that nobody asked for": saying(OK + b"Content-Length: 2\r\n\r\n{}" + _FORGED * 3, pause=0.5),
    "a negative length": saying(OK + b"Content-Length: -1\r\n\r\n" + _VALUE),
    "a length that is no number": saying(OK + b"Content-Length: many\r\n\r\n" + _VALUE),
    "two lengths": saying(OK + b"Content-Length: 5\r\nContent-Length: 33\r\n\r\n" + _VALUE),
    "chunks that are no chunks": saying(_CHUNKED + _VALUE),
    "a negative chunk": saying(_CHUNKED + b"-5\r\n" + _VALUE + b"\r\n0\r\n\r\n"),
    "a coding that nobody knows": saying(OK + b"Transfer-Encoding: magic\r\n\r\n" + _VALUE),
}
