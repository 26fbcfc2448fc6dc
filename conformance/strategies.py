"""The values that requirements are tried with, and the boundaries that are always among them."""

import string
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

LARGEST = 2**53 - 1  # the largest integer that every JSON reader keeps exactly (RFC 8259, section 6)
# An encoded URL stays under 4 KiB; the rest of it needs some.
_QUERY_ROOM = 3500

_ANY = st.characters(exclude_categories=["Cs"])
_STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def _fits(text: str) -> bool:
    return len(quote(text, safe="")) <= _QUERY_ROOM


def echoed_text() -> SearchStrategy[str]:
    """Any non-empty text that fits into a query, NUL included."""
    return st.text(_ANY, min_size=1, max_size=200).filter(_fits)


def stored_text(longest: int = 1000) -> SearchStrategy[str]:
    """Any non-empty text without NUL."""
    return st.text(_STORABLE, min_size=1, max_size=longest)


def letters(shortest: int = 4, longest: int = 20) -> SearchStrategy[str]:
    """Plain letters that no reader takes for a number or a truth value."""
    return st.text(string.ascii_letters, min_size=shortest, max_size=longest).filter(
        lambda word: word.lower() not in {"nan", "inf", "infinity", "true", "false", "null", "none"}
    )


def integers() -> SearchStrategy[int]:
    """Integers of at most 53 bits, of either sign."""
    return st.integers(-LARGEST, LARGEST)


def prices() -> SearchStrategy[float]:
    """Any finite double, and integers."""
    return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-LARGEST, LARGEST)


def items() -> SearchStrategy[dict[str, object]]:
    """Valid bodies of ``POST /items`` (guide section 6)."""
    return st.fixed_dictionaries({"name": stored_text(), "price": prices()})


def plain_items() -> SearchStrategy[dict[str, object]]:
    """Items that nothing is special about, for requirements that are not about values."""
    names = st.text(string.ascii_lowercase, min_size=4, max_size=12)
    whole = st.integers(1, 9999).map(float)
    return st.fixed_dictionaries({"name": names, "price": whole})


def filenames() -> SearchStrategy[str]:
    """ASCII file names that every form reader keeps (contract, upload-filename)."""
    plain = string.ascii_letters + string.digits + ".-_"
    return st.text(plain + " ", min_size=1, max_size=255).filter(
        lambda name: name == name.strip(" ") and name.strip(".") != ""
    )


WORDS = [
    "a",
    " ",
    "  padded  ",
    "Hello World",
    "hello world",
    "+",
    "%41",
    "a&b=c#d?e/f;g,h",
    "<b>\"bold\" & 'quoted'</b>",
    "back\\slash",
    '"quoted"',
    "`tick` {curly} {0} ${dollar} $1 %s -- 'x' /*y*/",
    "line\nand\ttab\r\n",
    "0",
    "007",
    "1e3",
    "null",
    "true",
    "é",
    "e\u0301",
    "ﬁ",
    "日本語",
    "Привет",
    "مرحبا",
    "🦄",
    "\u200b",
    "\ufeff",
    # Line ends of Unicode, what stands for no character or is none, marks of direction, and control characters.
    "a\x85b\u2028c\u2029d",
    "\ufffd\uffff",
    "\u200ea\u202eb\u202c",
    "\x1b[1m\x7f",
    "x" * 300,
]
ECHOED_WORDS = [*WORDS, "\0", "a\0b", "w" * _QUERY_ROOM, "漢" * (_QUERY_ROOM // 9)]
STORED_WORDS = [*WORDS, "y" * 1000, "漢" * 1000, "🦄" * 1000]
INTEGERS = [0, 1, -1, 10, 11, 100, 101, 1000, 10_000, 2**31 - 1, 2**31, -(2**31) - 1, 2**32, LARGEST, -LARGEST]
# Words that somebody may take for a number, and no reader does.
SPOKEN = ["all", "max", "first", "last", "two", "free", "auto", "unknown", "undefined", "default"]
PRICES = [0, 0.0, -0.0, 1, -1, 0.1, 1.005, 12.34567, -2.5, 99.99, 1e-7, 1e21, 5e-324, 1.7976931348623157e308, LARGEST]
