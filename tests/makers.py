"""Exchanges, outcomes and requirements as tests of the kit need them."""

import json
from typing import Any

from conformance.catalogue import Requirement
from conformance.exchange import Answer, Exchange, Request

JSON = (("Content-Type", "application/json"),)


def answered(
    status: int = 200, body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = JSON, truncated: bool = False
) -> Exchange:
    """Give an exchange whose answer is this one."""
    answer = Answer(status, headers, body, truncated)
    return Exchange(Request("GET", "/"), "http://target", answer)


def said(value: Any, status: int = 200) -> Exchange:
    """Give an exchange whose answer is this JSON value."""
    return answered(status, json.dumps(value).encode())


def unanswered(failure: str = "no whole answer in time") -> Exchange:
    """Give an exchange that got no answer."""
    return Exchange(Request("GET", "/"), "http://target", None, failure)


def row(id: str, *depends_on: str, level: Any = "MUST", needs: Any = "http") -> Requirement:
    """Give a requirement of a made-up catalogue."""
    return Requirement(id, 4, "routing", level, "core", needs, f"{id} holds", f"mend {id}", depends_on)


def rows(*found: Requirement) -> dict[str, Requirement]:
    """Give requirements by id."""
    return {each.id: each for each in found}
