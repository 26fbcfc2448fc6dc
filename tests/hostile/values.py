"""Bodies of the right size that no reader of JSON should trip over."""

from tests.hostile.relay import Deed, saying
from tests.servers import answer

VALUES: dict[str, Deed] = {
    name: saying(answer(200, body))
    for name, body in {
        "bytes that are no text": b'{"status": "\xff\xfe\xc3\x28"}',
        "half a character": b'{"status": "\\ud800", "\\udfff": "\\udbff"}',
        "UTF-16": '{"status": "ok"}'.encode("utf-16"),
        "an integer of 100,000 digits": b'{"status": ' + b"7" * 100_000 + b"}",
        "a number beyond all bounds": b'{"status": 1e999999, "mode": NaN}',
        "lists in lists": b"[" * 500_000,
        "objects in objects": b'{"status":' * 100_000 + b"0" + b"}" * 100_000,
        "NUL": b'{"status": "\\u0000ok", "\\u0000": "\0"}',
        "50,000 keys": b"{" + b",".join(b'"k%d": 0' % n for n in range(50_000)) + b"}",
    }.items()
}
