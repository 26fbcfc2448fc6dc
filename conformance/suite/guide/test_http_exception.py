"""Guide section 9: an HTTPException becomes a status code and a detail."""

from conformance.checks import expect_error_at, expect_exactly, expect_status, expect_value
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import letters

_TRUTH = {"on", "off", "yes", "no", "true", "false", "t", "f", "y", "n"}


@requirement("secure-denied")
@given(boundaries=["/secure", "/secure?is_allowed=false"])
def test_who_is_not_allowed_is_unauthorized(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 401)
    expect_value(exchange, "detail", "Unauthorized")


@requirement("secure-allowed")
@given(boundaries=["/secure?is_allowed=true"])
def test_who_is_allowed_is_let_in(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 200)
    expect_value(exchange, "ok", True)


@requirement("secure-bool-invalid")
@given(letters().filter(lambda word: word.lower() not in _TRUTH), boundaries=["maybe", "perhaps", "banana"])
def test_what_is_no_truth_value_is_refused(api: Api, word: str) -> Flow:
    exchange = yield build("GET", "/secure", query={"is_allowed": word})

    expect_error_at(exchange, "query", "is_allowed")


@requirement("secure-bool-words")
@given(boundaries=[("1", 200), ("on", 200), ("yes", 200), ("0", 401), ("off", 401), ("no", 401)])
def test_words_for_true_and_false_are_read(api: Api, spoken: tuple[str, int]) -> Flow:
    word, status = spoken
    exchange = yield build("GET", "/secure", query={"is_allowed": word})

    expect_status(exchange, status)
