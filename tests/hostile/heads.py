"""Heads that are huge, without end, or no heads."""

from tests.hostile.relay import OK, Deed, forever, saying

_REST = b"Content-Length: 2\r\n\r\n{}"

HEADS: dict[str, Deed] = {
    "a header of 10 MB": saying(OK + b"X-A: " + b"b" * 10_000_000 + b"\r\n" + _REST),
    "20,000 headers": saying(OK + b"X-A: b\r\n" * 20_000 + _REST),
    "headers without end": forever(OK, b"X-More: " + b"x" * 8_000 + b"\r\n"),
    "trailers without end": forever(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 1_000),
    "a chunk extension without end": forever(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65_536),
    "a status line without end": forever(b"HTTP/1.1 200 ", b"O" * 65_536),
    "a header without a colon": saying(OK + b"no colon\r\n" + _REST),
    "a header without a name": saying(OK + b": value\r\n" + _REST),
    "NUL in a header": saying(OK + b"X-A: \0\r\n" + _REST),
    "a bare line feed in a header": saying(OK + b"X-A: a\nX-B\r\n" + _REST),
    "bytes that are no text in a header": saying(OK + b"X-\xff\xfe: \xff\xfe\r\n" + _REST),
    "a status of 99": saying(b"HTTP/1.1 099 Low\r\n" + _REST),
    "a status of 1000": saying(b"HTTP/1.1 1000 High\r\n" + _REST),
    "a status of 999": saying(b"HTTP/1.1 999 High\r\n" + _REST),
    "a version of 9.9": saying(b"HTTP/9.9 200 OK\r\n" + _REST),
    "a protocol that nobody asked for": saying(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: nothing\r\nConnection: Upgrade\r\n\r\n" + b"\0" * 100
    ),
}
