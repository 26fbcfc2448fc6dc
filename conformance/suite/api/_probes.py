"""Requests without, with made-up and with tampered credentials, and with methods that no path declares."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.exchange import build
from conformance.suite import tokens
from conformance.suite.api._requests import Credential, Values, present, write
from conformance.suite.api._samples import Unsampled
from conformance.suite.api._study import study, values_of
from conformance.suite.api._survey import Ask, Seen, Survey
from conformance.suite.operations import Operation

LIMITED = "429: the target limits how many requests it takes; lift the limit for the run"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Closed:
    """A secured operation asked in a way that must be refused: ``how`` says which."""

    kind: str
    operation: Operation
    how: str
    seen: Seen


def closed(survey: Survey) -> list[Closed]:
    """Ask every secured operation without and with wrong credentials; once, after everything else."""
    found: list[Closed] = survey.once("closed", _closed)
    return found


def _closed(survey: Survey) -> list[Closed]:
    study(survey)
    asked: list[tuple[str, str, Ask]] = []
    for operation in survey.studied:
        values = values_of(survey, operation) if not operation.is_open else None
        if values is None:
            continue
        for kind, how, credential in _wrong(survey, operation):
            asked.append((kind, how, Ask(operation, values, "closed", credential=credential)))
    seen = survey.ask([ask for _, _, ask in asked])
    return [Closed(kind, ask.operation, how, each) for (kind, how, ask), each in zip(asked, seen, strict=True)]


def _wrong(survey: Survey, operation: Operation) -> Iterator[tuple[str, str, Credential]]:
    yield "api-auth-required", "without credentials", Credential()
    for scheme, credential in survey.access.made_up(operation):
        yield "api-auth-garbage", f"with made-up credentials for {scheme}", credential
    identity = survey.access.identity(operation)
    for how, token in tampered(survey, identity.token) if identity and identity.token else ():
        forged = survey.access.bearing(operation, token)
        if forged is not None:
            yield "api-auth-tampered", how, forged


def bears(survey: Survey, operation: Operation) -> bool:
    """Tell whether an operation is asked with a JWT, which can be forged."""
    identity = survey.access.identity(operation)
    token = identity.token if identity else None
    return token is not None and survey.access.bearing(operation, token) is not None and any(tampered(survey, token))


def tampered(survey: Survey, text: str) -> Iterator[tuple[str, str]]:
    """Forge a JWT from the run's own; nothing where it is none."""
    token = tokens.parse(text)
    if token is None or not token.signature:
        return
    length = len(token.signature)
    for forged in token.with_bytes_changed((0, length // 2, length - 1)):
        yield "with a byte of its signature changed", forged
    yield "with a part of its signature", token.with_signature(token.signature[: length // 2])
    yield "with its payload changed", token.with_parts(claims={**token.claims, "iat": int(time.time()) - 7})
    yield "without its signature", token.with_signature(b"")
    yield "unsigned (alg none)", token.with_parts(header={**token.header, "alg": "none"}, signature=b"")
    key = survey.api.credentials.jwt
    if key is not None:
        import jwt

        past = {**token.claims, "exp": int(time.time()) - 3600}
        yield "with an exp of an hour ago", jwt.encode(past, key.secret, algorithm=key.algorithm)


def methods(survey: Survey) -> list[tuple[Operation, str, Seen]]:
    """Ask every path for methods that it does not declare; once."""
    found: list[tuple[Operation, str, Seen]] = survey.once("methods", _methods)
    return found


def _methods(survey: Survey) -> list[tuple[Operation, str, Seen]]:
    study(survey)
    declared = [(re.compile(_pattern(each.template)), each.method) for each in survey.operations]
    tried: list[tuple[Operation, str, Any]] = []
    seen_paths: set[str] = set()
    for operation in survey.studied:
        shape = re.sub(r"\{[^}]*\}", "{}", operation.template.rstrip("/"))
        values = _somewhere(survey, operation)
        if shape in seen_paths or values is None:
            continue
        seen_paths.add(shape)
        path = write(operation, values, survey.prefix).path
        plain = path.removeprefix(survey.prefix).partition("?")[0]
        # Some routers take the path before a parameter for one whose value is empty.
        known = {
            method for pattern, method in declared if pattern.fullmatch(plain) or pattern.fullmatch(plain.rstrip("/"))
        }
        wanted = [each for each in _METHODS if each not in known and (each == "GET" or not survey.reads_only)]
        credential = survey.access.credential(operation)
        for method in wanted:
            request = build(method, path.partition("?")[0])
            tried.append((operation, method, present(request, credential) if credential else request))
    exchanges = survey.api.send_all([request for _, _, request in tried])
    return [
        (operation, method, Seen(operation, exchange, "probe"))
        for (operation, method, _), exchange in zip(tried, exchanges, strict=True)
    ]


def _somewhere(survey: Survey, operation: Operation) -> Values | None:
    """Give values whose path names nothing that a method nobody declared could harm."""
    made = {}
    for parameter in operation.path_parameters:
        try:
            made["path", parameter.name] = survey.sampler.value(parameter.schema, "")
        except Unsampled:
            return None
    return Values(made)


def _pattern(template: str) -> str:
    # What is called a path may hold slashes, although no document can say so.
    within = re.sub(r"\\\{[^}]*path\\\}", ".+", re.escape(template.rstrip("/")), flags=re.IGNORECASE)
    return re.sub(r"\\\{[^}]*\\\}", "[^/]*", within)
