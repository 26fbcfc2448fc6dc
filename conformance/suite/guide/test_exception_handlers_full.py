"""Guide section 20, whole: a translation, or an error that says what is wrong."""

from conformance.checks import expect, expect_object, expect_status
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement

# Two letters that ISO 639 gives to no language; what is no code at all may be refused as invalid.
_NO_LANGUAGE = ["zz", "qq", "xx", "yy", "qz"]


@requirement("translate-unsupported")
@given(boundaries=_NO_LANGUAGE)
def test_an_unknown_language_is_named(api: Api, language: str) -> Flow:
    exchange = yield build("POST", "/translate", json={"text": "hello", "target_lang": language})

    expect_status(exchange, 400)
    error = expect_object(exchange).get("error")
    expect(isinstance(error, str) and language in error, exchange, f"an error that names {language}")


@requirement("translate-answer")
@given(boundaries=["en", "de", "fr", "es", "zh"])
def test_a_known_language_is_translated_or_there_is_no_provider(api: Api, language: str) -> Flow:
    exchange = yield build("POST", "/translate", json={"text": "hello", "target_lang": language})

    expect_status(exchange, 200, 503)
    found = expect_object(exchange)
    if exchange.status == 503:
        expect("detail" in found, exchange, "a detail that says that no provider is set up")
        return
    expect(found.get("text") == "hello", exchange, "text to be what was sent")
    expect(found.get("target_lang") == language, exchange, f"target_lang to be {language}")
    expect(isinstance(found.get("translation"), str), exchange, "translation to be a text")
