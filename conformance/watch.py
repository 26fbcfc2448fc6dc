"""Requirements about every answer of the run, whichever test asked for it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.checks import Mismatch, expect, expect_validation_shape
from conformance.client import Client
from conformance.exchange import Exchange

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
    if exchange.status == 422:
        expect_validation_shape(exchange)


RULES: dict[str, Callable[[Exchange], None]] = {
    "validation-error-shape": validation_shape,
    "no-content-empty": no_content,
}


@dataclass
class Watch:
    """Judges every exchange that it sees by the rules of the selected requirements."""

    rules: dict[str, Callable[[Exchange], None]]
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
