"""A JSON Web Token in its parts, so that one of them can be forged (RFC 7519)."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Token:
    """An issued token in its parts."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes

    def with_parts(
        self, header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None, signature: bytes | None = None
    ) -> str:
        """Write the token with some of its parts replaced, without signing it anew."""
        parts = (
            _encode(json.dumps(self.header if header is None else header).encode()),
            _encode(json.dumps(self.claims if claims is None else claims).encode()),
            _encode(self.signature if signature is None else signature),
        )
        return ".".join(parts)

    def with_signature(self, signature: bytes) -> str:
        """Replace the signature and leave the rest of the text as it was issued."""
        return f"{self.text.rpartition('.')[0]}.{_encode(signature)}"

    def with_bytes_changed(self, positions: range | tuple[int, ...]) -> Iterator[str]:
        """Change one byte of the signature in turn."""
        for position in positions:
            changed = bytearray(self.signature)
            changed[position] ^= 1
            yield self.with_signature(bytes(changed))


def parse(text: str) -> Token | None:
    """Take a token apart, None where it is no JWT."""
    try:
        header, claims, signature = (_decode(part) for part in text.split("."))
        token = Token(text, json.loads(header), json.loads(claims), signature)
    except ValueError:
        return None
    return token if isinstance(token.header, dict) and isinstance(token.claims, dict) else None


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
