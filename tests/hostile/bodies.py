"""Bodies without end, bodies that trickle, and bodies that unfold to far more than was sent."""

import gzip
import zlib

from tests.hostile.relay import OK, Deed, forever, saying
from tests.servers import answer

_ZEROS = b"[" + b"0," * 20_000_000 + b"0]"
_PACKED = gzip.compress(_ZEROS)
_CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_FOLDER = zlib.compressobj(9, zlib.DEFLATED, 31)
# Made once: a relay that is busy with folding lets every other route wait.
_UNFOLDING, _MORE = (_FOLDER.compress(b" " * 10_000_000) + _FOLDER.flush(zlib.Z_SYNC_FLUSH) for _ in range(2))


BODIES: dict[str, Deed] = {
    "a body without end": forever(OK + b"\r\n", b"[" * 65_536),
    "chunks without end": forever(_CHUNKED, b"10000\r\n" + b"[" * 65_536 + b"\r\n"),
    "a chunk of 16 EiB": forever(_CHUNKED + b"ffffffffffffffff\r\n", b"[" * 65_536),
    "a length of 16 EiB": forever(OK + b"Content-Length: 18446744073709551615\r\n\r\n", b"[" * 65_536),
    "a gzip bomb": saying(answer(200, _PACKED, Content_Encoding="gzip")),
    "a deflate bomb": saying(answer(200, zlib.compress(_ZEROS), Content_Encoding="deflate")),
    "a bomb in a bomb": saying(answer(200, gzip.compress(_PACKED), Content_Encoding="gzip, gzip")),
    "what calls itself zstd": saying(answer(200, _PACKED, Content_Encoding="zstd")),
    "what calls itself br": saying(answer(200, _PACKED, Content_Encoding="br")),
    "a bomb without end": forever(OK + b"Content-Encoding: gzip\r\n\r\n" + _UNFOLDING, _MORE),
}
# Each of these costs its requests all the time that they have.
TRICKLES: dict[str, Deed] = {
    "a body of one byte a second": forever(OK + b"Content-Length: 1000\r\n\r\n", b" ", pause=1),
    "a head of one byte a second": forever(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", pause=1),
    "interim answers without end": forever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
    "silence": forever(b"", b"", pause=1),
}
