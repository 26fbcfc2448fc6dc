"""Guide section 17: a streamed answer arrives in pieces."""

from conformance.checks import expect, expect_status
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement

_CHUNKS = b"chunk1\nchunk2\n"


@requirement("stream-body")
@given(boundaries=["/stream"] * 3)
def test_the_stream_is_two_chunks(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 200)
    expect(exchange.answer is not None and exchange.answer.body == _CHUNKS, exchange, f"the body {_CHUNKS.decode()!r}")


@requirement("stream-media-type")
def test_the_stream_is_plain_text(api: Api) -> None:
    exchange = api.get("/stream")

    found = exchange.answer.media_type if exchange.answer else ""
    expect(found == "text/plain", exchange, "the content type text/plain", f"it is {found or 'missing'}")


@requirement("stream-no-length")
def test_the_stream_does_not_know_its_length(api: Api) -> None:
    exchange = api.get("/stream")

    expect_status(exchange, 200)
    length = exchange.answer.header("content-length") if exchange.answer else None
    expect(length is None, exchange, "no Content-Length", f"it is {length}")
