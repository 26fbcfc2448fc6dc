"""Guide section 9: an HTTPException becomes a status code and a detail."""

from conformance.checks import expect, expect_error_at, expect_status, expect_value
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import letters

_TRUTH = {"on", "off", "yes", "no", "true", "false", "t", "f", "y", "n", "enabled", "disabled"}
_NO_TRUTH = ["maybe", "perhaps", "banana", "trueish", "falsehood", "2", "10", "-1", "1.5"]
# What means yes or no to a person; enabled and disabled do to some readers too (zod).
_NO_TRUTH += ["ok", "allow", "deny", "never", "undefined"]


@requirement("secure-denied")
@given(boundaries=["/secure", "/secure?is_allowed=false"])
def test_who_is_not_allowed_is_unauthorized(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 401)
    expect_value(exchange, "detail", "Unauthorized")


@requirement("secure-denied")
@given(boundaries=["/secure", "/secure?is_allowed=false"])
def test_who_is_not_allowed_is_not_either_while_others_are(api: Api, path: str) -> Flow:
    _, exchange = yield [build("GET", "/secure?is_allowed=true"), build("GET", path)]

    expect_status(exchange, 401)


@requirement("secure-allowed")
@given(boundaries=["/secure?is_allowed=true"])
def test_who_is_allowed_is_let_in(api: Api, path: str) -> Flow:
    exchange = yield build("GET", path)

    expect_status(exchange, 200)
    expect_value(exchange, "ok", True)


@requirement("secure-bool-invalid")
@given(letters().filter(lambda word: word.lower() not in _TRUTH), boundaries=_NO_TRUTH)
def test_what_is_no_truth_value_is_refused(api: Api, word: str) -> Flow:
    exchange = yield build("GET", "/secure", query={"is_allowed": word})

    expect_error_at(exchange, "query", "is_allowed")


@requirement("secure-bool-words")
@given(boundaries=[("1", "true"), ("on", "true"), ("yes", "true"), ("0", "false"), ("off", "false"), ("no", "false")])
def test_words_for_true_and_false_are_read(api: Api, spoken: tuple[str, str]) -> Flow:
    word, meaning = spoken
    exchange, plain = yield [build("GET", "/secure", query={"is_allowed": each}) for each in (word, meaning)]

    expect(exchange.status == plain.status, exchange, f"{plain.status}, as for is_allowed={meaning}")
