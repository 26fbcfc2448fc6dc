"""Requirements about every answer of the run, whichever test asked for it."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from conformance.checks import Mismatch, error_locations, expect, expect_validation_shape
from conformance.client import Client
from conformance.exchange import Exchange
from conformance.settings import Settings
from conformance.text import written

Rule = Callable[[Exchange], None]

# A shorter text may stand in an answer by chance.
_SHORTEST_SECRET = 6
_LONGEST_WORD = 12
_SECRET_NAME = re.compile(r"passw|pwd|secret", re.IGNORECASE)
OF_SERVERS = (414, 431)
BODILESS = ("OPTIONS", "HEAD")
# What these of the guide's paths are sent is in the path and the body.
_WITHOUT_QUERY = re.compile(r"/(items(/[^/?]+)?|users|ask|translate|token|upload)")
# The head of a traceback, and one of its frames, which some show without it.
_TRACEBACK = re.compile(r'Traceback \(most recent call last\)|\bFile \\?"[^"\n]{1,500}", line \d|<FrameSummary file ')
# More evidence than this of one fault says nothing new.
_KEPT = 5


def no_content(exchange: Exchange) -> None:
    """Expect that an answer of 204 or 304 promises no body (RFC 9110, section 8.6)."""
    if exchange.answer is None or exchange.answer.status not in (204, 304):
        return
    length = exchange.answer.header("content-length")
    # A 304 may say how long the whole answer would have been.
    promised = length if exchange.answer.status == 204 else None
    empty = not exchange.answer.body and promised in (None, "0")
    expect(empty, exchange, "no body and no Content-Length above 0", f"Content-Length is {length}")


def validation_shape(exchange: Exchange) -> None:
    """Expect every 422 to have the contract's shape."""
    if exchange.status != 422:
        return
    expect_validation_shape(exchange)
    request = exchange.request
    if request.method not in ("POST", "PUT", "PATCH") or not _WITHOUT_QUERY.fullmatch(request.path):
        # Which parameter is wrong elsewhere is its own requirement's matter.
        return
    for loc in error_locations(exchange):
        expected = "a loc that starts with where the value came from"
        expect(loc[:1] != ["query"], exchange, expected, "loc starts with query, and the request has none")


def error_format(exchange: Exchange) -> None:
    """Expect an error to be a JSON object with ``detail`` or ``error``, and to show no traceback."""
    answer = exchange.answer
    # A refused preflight, and what a server says before the application is asked, are not its errors.
    if answer is None or answer.status < 400 or answer.status in OF_SERVERS or exchange.request.method in BODILESS:
        return
    expected = "an error that is a JSON object with detail (or error)"
    try:
        value = answer.json()
    except (ValueError, RecursionError):
        raise Mismatch(exchange, expected, "its body is no JSON") from None
    told = isinstance(value, dict) and bool({"detail", "error"} & set(value))
    expect(told, exchange, expected, "it has neither")
    expect(_TRACEBACK.search(answer.text) is None, exchange, expected, "it shows a traceback")


def no_secret(settings: Settings, *, presented: bool = True) -> Rule:
    """Give the rule that no answer holds a secret of the run that its request did not send.

    ``presented`` says whether to show what a header or a body presented is allowed; a refusal as invalid may
    repeat the body that it is about, as FastAPI's does.
    """
    held = held_secrets(settings)

    def rule(exchange: Exchange) -> None:
        if exchange.answer is None:
            return
        shown = exchange.answer.text + "".join(value for _, value in exchange.answer.headers)
        found = held(shown, lambda: exchange.value)
        if not found:
            return
        sent = (repr(exchange.request.headers) if presented else "") + unquote_plus(exchange.request.path)
        if presented or exchange.answer.status in (400, 422):
            sent += unquote_plus((exchange.request.body or b"").decode("utf-8", "replace"))
        for secret in found:
            was_sent = any(form in sent for form in written(secret))
            expect(was_sent, exchange, "an answer without the run's secrets", "it holds one of them")

    return rule


def held_secrets(settings: Settings) -> Callable[[str, Callable[[], Any]], list[str]]:
    """Give what says which of the run's secrets are in a text, and in the JSON value that it stands for."""
    accounts = settings.credentials.user, settings.credentials.admin
    names = {account.username for account in accounts if account}
    forms = {secret: tuple(written(secret)) for secret in settings.secrets()}

    def held(text: str, value: Callable[[], Any]) -> list[str]:
        found = [secret for secret in forms if any(form in text for form in forms[secret])]
        return [secret for secret in found if _is_certain(secret, names) or _is_told(value(), secret, names)]

    return held


def _is_certain(secret: str, names: Container[str]) -> bool:
    """Tell whether a secret stands in no answer by chance, as a password such as "secret" may."""
    is_word = secret.isalpha() and len(secret) < _LONGEST_WORD
    return len(secret) >= _SHORTEST_SECRET and not is_word and secret not in names


def _is_told(value: Any, secret: str, names: Container[str]) -> bool:
    """Tell whether a value, a description of the API aside, gives a secret as a value of its own.

    What is short or a user's name too is told only under the name of a secret.
    """
    if isinstance(value, dict) and "openapi" in value:
        return False
    by_itself = len(secret) >= _SHORTEST_SECRET and secret not in names
    # A target may nest deeper than Python calls itself.
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.items()
        elif isinstance(each, list):
            waiting += ((name, inner) for inner in each)
        elif f'"{secret}"' in f'"{each}"' and (by_itself or _SECRET_NAME.search(name)):
            return True
    return False


def rules(settings: Settings) -> dict[str, Rule]:
    """Give the rules by the requirement that each judges."""
    return {
        "validation-error-shape": validation_shape,
        "no-content-empty": no_content,
        "error-format": error_format,
        "nothing-secret-served": no_secret(settings),
        "api-no-secret-served": no_secret(settings, presented=False),
    }


@dataclass
class Watch:
    """Judges every exchange that it sees by the rules of the selected requirements."""

    rules: dict[str, Rule]
    broken: dict[str, list[Mismatch]] = field(default_factory=dict)

    def observe(self, exchange: Exchange) -> None:
        """Judge one exchange."""
        for name, rule in self.rules.items():
            try:
                rule(exchange)
            except Mismatch as mismatch:
                kept = self.broken.setdefault(name, [])
                if len(kept) < _KEPT:
                    kept.append(mismatch)

    def confirmed(self, name: str, client: Client) -> bool:
        """Tell whether a rule was broken twice, sending the request once more where it was seen once."""
        kept = self.broken[name]
        if len(kept) == 1 and isinstance(kept[0].evidence, Exchange):
            client.send(kept[0].evidence.request)
        return len(kept) > 1


@dataclass
class Seen:
    """Keeps one exchange of each kind that the run has seen, for whoever judges them all in the end."""

    _kinds: dict[tuple[object, ...], Exchange] = field(default_factory=dict)

    def observe(self, exchange: Exchange) -> None:
        """Keep an exchange unless one like it is there."""
        request, answer = exchange.request, exchange.answer
        if answer is None:
            return
        kind: tuple[object, ...] = request.method, request.path.partition("?")[0], answer.status, answer.media_type
        # Whether a 400 is about a body that cannot be read, its body alone tells.
        self._kinds.setdefault((*kind, request.body) if answer.status == 400 else kind, exchange)

    def exchanges(self) -> list[Exchange]:
        """Give what was kept so far."""
        return list(self._kinds.values())
