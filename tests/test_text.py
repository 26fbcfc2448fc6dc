"""What a target sent is shown and not obeyed, and credentials are masked in every form in which they travel."""

import base64
import html
import json
import re
import shlex
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.text import MASK, Masker, excerpt, visible

SECRETS = ["hunter2-hunter2", "p@ss w/rd+&=%", 'it\'s "quoted" <here>', "back\\slash/é漢🦄", "tab\tnew\nline", "ends\n"]
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a header": lambda secret: f"Authorization: Bearer {secret}",
    "in a path": lambda secret: quote(secret, safe=""),
    "in a path with slashes": quote,
    "in a query": lambda secret: urlencode({"token": secret}),
    "in a form": lambda secret: urlencode({"token": secret}, quote_via=quote_plus),
    "in lower-case escapes": lambda secret: re.sub("%..", lambda found: found[0].lower(), quote_plus(secret)),
    "in JSON": lambda secret: json.dumps({"echo": secret}),
    "in JSON of all Unicode": lambda secret: json.dumps({"echo": secret}, ensure_ascii=False),
    "in JSON with escaped slashes": lambda secret: json.dumps({"echo": secret}).replace("/", "\\/"),
    "in a page": html.escape,
    "in a page's text": lambda secret: html.escape(secret, quote=False),
    "in a Python text": lambda secret: repr({"echo": secret}),
    "in a shell command": lambda secret: shlex.join(["curl", "-H", f"X-API-Key: {secret}"]),
    "in base64": lambda secret: base64.b64encode(secret.strip().encode()).decode(),
    "made visible": visible,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_credential_is_masked(form: str, secret: str) -> None:
    shown = Masker([secret])(f"before {FORMS[form](secret)} after")

    assert secret.strip() not in shown
    assert MASK in shown
    assert shown.startswith("before ")
    assert shown.rstrip("\n").endswith(" after")


def test_a_credential_within_another_leaves_nothing_of_the_longer_one() -> None:
    mask = Masker(["token", "token-and-more"])

    assert mask("token-and-more, token") == f"{MASK}, {MASK}"


def test_a_credential_is_masked_wherever_it_stands() -> None:
    assert Masker(["secret"])("secretsecret xsecretx") == f"{MASK}{MASK} x{MASK}x"


@pytest.mark.parametrize("secret", ["", "a", "ab", "  ", " a "])
def test_a_text_too_short_to_be_a_secret_garbles_nothing(secret: str) -> None:
    assert Masker([secret])("a bab cab ab") == "a bab cab ab"


def test_nothing_is_masked_without_credentials() -> None:
    assert Masker()("Bearer abc") == "Bearer abc"


@given(st.text(min_size=3).filter(lambda s: len(s.strip()) >= 3 and "*" not in s), st.text(), st.text())
def test_no_credential_survives_wherever_it_stands(secret: str, before: str, after: str) -> None:
    shown = Masker([secret])(before + secret + after)

    assert MASK in shown
    assert all(secret.strip() not in part for part in shown.split(MASK))


@given(st.text())
def test_visible_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = visible(text)

    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
def test_visible_text_is_what_it_was_where_nothing_is_obeyed(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("a\0b", "a\\x00b"),
        ("line\r\nend\t", "line\\r\\nend\\t"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("é漢🦄", "é漢🦄"),
    ],
)
def test_what_would_be_obeyed_is_written_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_short_text_is_whole() -> None:
    assert excerpt("abc", 3) == "abc"


def test_a_long_text_says_how_much_is_left_out() -> None:
    assert excerpt("a" * 10, 4) == "aaaa …(6 more characters)"


def test_an_excerpt_keeps_the_part_that_matters() -> None:
    assert excerpt("0123456789", 4, around=6) == "…(4 characters) 4567 …(2 more characters)"


@given(st.text(min_size=1), st.integers(1, 50), st.integers(0, 200))
def test_an_excerpt_holds_as_many_characters_as_it_may(text: str, limit: int, around: int) -> None:
    shown = excerpt(text, limit, around)

    assert shown == text if len(text) <= limit else any(text[n : n + limit] in shown for n in range(len(text)))
