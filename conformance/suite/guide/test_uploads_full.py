"""Guide section 16, whole: uploads have a limit, and memory does not grow with them."""

import contextlib
import threading
from dataclasses import replace

from conformance.checks import expect, expect_status, expect_success, expect_value, fail
from conformance.client import MIB, Client, raw_answer
from conformance.exchange import Request, build
from conformance.launch import plain
from conformance.properties import Api, ahead, requirement
from conformance.settings import Settings

_LIMIT = 10 * MIB
# What compresses well keeps the command that reproduces it short.
_PATTERN = bytes(range(256))
_WHOLE = 60.0
_HESITATION = 2.0
_AT_ONCE = 8
_REFUSED = 400
# What is kept fills first what the allocator has free, and so grows the memory by a little less than its size.
_FREE = _LIMIT


def _upload(size: int, name: str = "large.bin", kind: str = "application/octet-stream") -> Request:
    content = (_PATTERN * (size // len(_PATTERN) + 1))[:size]
    return build("POST", "/upload", files={"file": (name, content, kind)})


@requirement("upload-large")
def test_files_up_to_the_limit_are_accepted(api: Api) -> None:
    for size in (8 * MIB, _LIMIT):
        exchange = api.send(_upload(size), whole=_WHOLE)

        expect_success(exchange)
        expect_value(exchange, "bytes", size)


@requirement("upload-too-large")
def test_one_byte_more_is_too_large(api: Api) -> None:
    request = _upload(_LIMIT + 1)
    exchange = api.send(request, whole=_WHOLE)
    if exchange.answer is None and not exchange.timed_out:
        # Who refuses by the declared size may hang up on the body (RFC 9110, section 15.5.14), and its reset can
        # overtake the answer: that is read before the body is sent then.
        exchange = raw_answer(api.client, request, _WHOLE, hesitation=_HESITATION)
    expect_status(exchange, 413)
    # A body in chunks declares no size. None may accept it for that; how a server refuses one that takes no
    # chunks is its own affair, and so nobody else is shown the answer. Nor is a text accepted, which others read.
    text = _upload(_LIMIT + 1, "large.txt", "text/plain")
    chunked = replace(text, headers=(*text.headers, ("Transfer-Encoding", "chunked")))
    with contextlib.closing(Client(api.client.connection)) as client:
        exchange = client.send(chunked, whole=_WHOLE)
    accepted = exchange.status is not None and exchange.status < _REFUSED
    expect(not accepted, exchange, "413 too where the size is not declared")


@ahead
@requirement("upload-memory")
def test_uploads_are_not_held_in_memory(api: Api, settings: Settings) -> None:
    with plain(settings, alone=api.confirming) as instance:
        expect_success(instance.client.send(_upload(MIB), whole=_WHOLE))
        before = peak = instance.process.memory()
        done = threading.Event()

        def sample() -> None:
            nonlocal peak
            while not done.wait(0.01):
                peak = max(peak, instance.process.memory())

        watcher = threading.Thread(target=sample)
        watcher.start()
        try:
            exchanges = instance.client.send_all([_upload(_LIMIT)] * _AT_ONCE, whole=_WHOLE)
        finally:
            done.set()
            watcher.join()
    for exchange in exchanges:
        expect_success(exchange)
    grown, most = (peak - before) // MIB, (_AT_ONCE * _LIMIT - _FREE) // MIB
    if grown >= most:
        expected = f"less than {most} MiB more memory for {_AT_ONCE} uploads of {_LIMIT // MIB} MiB at once"
        fail(exchanges[0], expected, f"it grew by {grown} MiB")
