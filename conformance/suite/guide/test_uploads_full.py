"""Guide section 16, whole: uploads have a limit, and memory does not grow with them."""

import threading

from conformance.checks import expect_status, expect_success, expect_value, fail
from conformance.client import MIB
from conformance.exchange import Request, build
from conformance.launch import launched
from conformance.properties import Api, ahead, requirement
from conformance.settings import Settings

_LIMIT = 10 * MIB
# What compresses well keeps the command that reproduces it short.
_PATTERN = bytes(range(256))
_WHOLE = 60.0
_AT_ONCE = 8


def _upload(size: int, name: str = "large.bin") -> Request:
    content = (_PATTERN * (size // len(_PATTERN) + 1))[:size]
    return build("POST", "/upload", files={"file": (name, content, "application/octet-stream")})


@requirement("upload-large")
def test_files_up_to_the_limit_are_accepted(api: Api) -> None:
    for size in (8 * MIB, _LIMIT):
        exchange = api.send(_upload(size), whole=_WHOLE)

        expect_success(exchange)
        expect_value(exchange, "bytes", size)


@requirement("upload-too-large")
def test_one_byte_more_is_too_large(api: Api) -> None:
    expect_status(api.send(_upload(_LIMIT + 1), whole=_WHOLE), 413)


@ahead
@requirement("upload-memory")
def test_uploads_are_not_held_in_memory(settings: Settings) -> None:
    with launched(settings) as instance:
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
    grown, sent = (peak - before) // MIB, _AT_ONCE * _LIMIT // MIB
    if grown >= sent:
        fail(
            exchanges[0], f"less than {sent} MiB more memory for {_AT_ONCE} uploads at once", f"it grew by {grown} MiB"
        )
