"""Text that came from a target, made safe to show: nothing is obeyed and no credential is shown."""

import base64
import html
import json
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
# Masking a text of one or two characters would hide nothing and garble every line.
_SHORTEST_SECRET = 3
# Categories whose characters a terminal or a page may obey, or that hide or reorder others.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """Write control, format and unassigned characters as escapes; keep tabs and line ends out too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _UNSAFE else c for c in text)


def excerpt(text: str, limit: int = 2000, around: int = 0) -> str:
    """Cut a long text, keeping the part around an offset, and say how much was left out."""
    if len(text) <= limit:
        return text
    start = max(0, min(around - limit // 2, len(text) - limit))
    head = f"…({start} characters) " if start else ""
    rest = len(text) - start - limit
    tail = f" …({rest} more characters)" if rest else ""
    return head + text[start : start + limit] + tail


class Masker:
    """Replaces the run's credentials, in the forms in which they travel, wherever they would be shown."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._longest_first: list[str] = []
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask this text from now on."""
        secret = secret.strip()
        if len(secret) < _SHORTEST_SECRET:
            return
        self._forms |= set(_forms(secret))
        self._longest_first = sorted(self._forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Give the text without them."""
        for form in self._longest_first:
            text = text.replace(form, MASK)
        return text


def _forms(secret: str) -> Iterator[str]:
    """Give a secret as it stands in headers, URLs, forms, JSON, pages, Python and shell commands."""
    raw = secret.encode("utf-8", "surrogateescape")
    yield from (secret, visible(secret), repr(secret)[1:-1], shlex.quote(f" {secret}")[2:-1])
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (encoded, re.sub("%..", lambda found: found[0].lower(), encoded))
    yield from written(secret)
    # As HTTP Basic sends ``username:password`` (RFC 7617).
    yield base64.b64encode(raw).decode()


def written(secret: str) -> dict[str, None]:
    """Give a secret as it stands in plain text, JSON and pages, each form once."""
    plain, ascii_only = json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]
    page = html.escape(secret)
    forms = secret, plain, ascii_only, page, html.escape(secret, quote=False), page.replace("&#x27;", "&#39;")
    return dict.fromkeys((*forms, plain.replace("/", "\\/"), ascii_only.replace("/", "\\/")))


def _escape(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
