"""The OpenAPI document that a target is held to: its own, found where frameworks put it, or a given one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.checks import CannotTell, Mismatch
from conformance.client import MIB, Client, Connection, TargetGone
from conformance.exchange import Exchange, build
from conformance.refusals import nothing_answers
from conformance.settings import UsageError

# Where frameworks put it: FastAPI and many others, Litestar, springdoc, swagger-express, drf-spectacular, NSwag.
PLACES = (
    "/openapi.json",
    "/openapi.yaml",
    "/schema/openapi.json",
    "/api/openapi.json",
    "/api/v1/openapi.json",
    "/swagger.json",
    "/v3/api-docs",
    "/api-docs",
    "/api/schema/",
    "/docs/openapi.json",
    "/swagger/v1/swagger.json",
    "/openapi",
)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_PAGES = ("/docs", "/redoc", "/")
_NAMED = re.compile(
    r"""["']([^"'\s<>]{1,200}(?:openapi|swagger|api-docs)[^"'\s<>]{0,100}?(?:\.json|\.ya?ml|api-docs))["']"""
)
LARGEST = 32 * MIB
_WHOLE_SECONDS = 30.0
# A document that unfolds to more parts than this is refused: a few lines of YAML can name billions.
_MOST_PARTS = 5_000_000


@dataclass(frozen=True)
class Contract:
    """A document: ``source`` says where it comes from, ``exchange`` brought it if the target served it."""

    root: dict[str, Any]
    source: str
    exchange: Exchange | None = None
    foreign: tuple[str, ...] = ()


class NoDocument(CannotTell):
    """The target serves no document where one is looked for."""


def own(client: Client) -> Contract:
    """Find the target's own document.

    Raises NoDocument, and Mismatch where what is served cannot be read as one.
    """
    served = _first(client, PLACES) or _first(client, tuple(_named(client)))
    if served is None:
        raise NoDocument(
            f"the target serves no OpenAPI document at {', '.join(PLACES[:4])}, … : name it by --openapi URL"
        )
    try:
        root = parse(served.answer.body if served.answer else b"", served.request.path)
    except ValueError as error:
        raise Mismatch(served, "an OpenAPI document", str(error)) from None
    return _contract(root, served.url, served)


def given(where: str, folder: Path, ca_file: Path | None) -> Contract:
    """Read the document that the run was given: a file, or a URL, fetched without the run's credentials.

    Raises UsageError where it cannot be read.
    """
    if urlsplit(where).scheme in ("http", "https"):
        body = _fetched(where, ca_file)
    else:
        try:
            body = (folder / where).read_bytes()
        except OSError as error:
            raise UsageError(f"--openapi {where}: cannot be read: {error.strerror}") from None
    if len(body) > LARGEST:
        raise _too_large(where)
    try:
        return _contract(parse(body, where), where, None)
    except ValueError as error:
        raise UsageError(f"--openapi {where}: {error}") from None


def parse(body: bytes, name: str) -> dict[str, Any]:
    """Read a document from JSON or YAML.

    Raises ValueError with one line that says what it is instead.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply to be read") from None
    except ValueError:
        value = _yaml(body)
    if not isinstance(value, dict):
        raise ValueError(f"{name} holds no JSON or YAML object")  # noqa: TRY004 - what is read is wrong, not a type
    if "swagger" in value and "openapi" not in value:
        raise ValueError("it is Swagger 2.0: convert it to OpenAPI 3")
    if "openapi" not in value:
        raise ValueError("it has no member openapi: it is no OpenAPI document")
    return value


def _yaml(body: bytes) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Plain(loader):  # type: ignore[misc, valid-type]  # one of two, whichever is there
        """Reads dates as the texts that they are, as JSON would."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in listed if tag != "tag:yaml.org,2002:timestamp"]
        for first, listed in loader.yaml_implicit_resolvers.items()
    }
    try:
        value = yaml.load(body, Plain)  # noqa: S506 - a safe loader without dates
        if _parts(value, {}) > _MOST_PARTS:
            raise ValueError("it unfolds to more than a document can hold, or holds itself")
        return _with_text_keys(value)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"it is neither JSON nor YAML{where}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply, or holds itself") from None


def _parts(value: Any, counted: dict[int, int]) -> int:
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in counted:
        counted[id(value)] = _MOST_PARTS  # for whoever comes here again on the way down
        within = value.values() if isinstance(value, dict) else value
        counted[id(value)] = 1 + sum(_parts(each, counted) for each in within)
    return counted[id(value)]


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            ("true" if key is True else "false" if key is False else str(key)): _with_text_keys(each)
            for key, each in value.items()
        }
    return [_with_text_keys(each) for each in value] if isinstance(value, list) else value


def foreign(root: Any) -> Iterator[str]:
    """Give every reference of a document that leaves it."""
    # A document may be nested deeper than Python calls itself.
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from _leaving(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _leaving(value: dict[str, Any]) -> list[str]:
    references = [value[key] for key in _REFERENCES if isinstance(value.get(key), str)]
    return [reference for reference in references if not reference.startswith("#")]


def _contract(root: dict[str, Any], source: str, exchange: Exchange | None) -> Contract:
    try:
        inside = _without_foreign(root)
    except RecursionError:
        raise ValueError("it is nested too deeply to be read") from None
    return Contract(inside, source, exchange, tuple(dict.fromkeys(foreign(root))))


def _without_foreign(value: Any) -> Any:
    """Empty every reference that leaves the document: what it names is never read."""
    if isinstance(value, dict):
        return {} if _leaving(value) else {key: _without_foreign(each) for key, each in value.items()}
    return [_without_foreign(each) for each in value] if isinstance(value, list) else value


def _first(client: Client, places: tuple[str, ...]) -> Exchange | None:
    exchanges = client.send_all([build("GET", path) for path in places], whole=_WHOLE_SECONDS, body=LARGEST)
    for exchange in exchanges:
        answer = exchange.answer
        if answer is not None and answer.status == 200 and _looks_like_one(answer.body):
            return exchange
    return None


def _looks_like_one(body: bytes) -> bool:
    start = body[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    told = re.search(rb"""["']?(openapi|swagger)["']?\s*:""", body[:200_000]) is not None
    return told and not start.startswith(b"<")


def _named(client: Client) -> Iterator[str]:
    """Give the documents that the target's own pages name."""
    base = urlsplit(client.base_url)
    for exchange in client.send_all([build("GET", path) for path in _PAGES]):
        text = exchange.answer.text if exchange.answer and exchange.status == 200 else ""
        for match in _NAMED.finditer(text[:500_000]):
            url = urlsplit(urljoin(exchange.url, match[1]))
            if url.netloc == base.netloc:
                yield url.path.removeprefix(base.path.rstrip("/"))


def _fetched(url: str, ca_file: Path | None) -> bytes:
    parts = urlsplit(url)
    connection = Connection(f"{parts.scheme}://{parts.netloc}", ca_file=str(ca_file) if ca_file else None)
    client = Client(connection)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        exchange = client.send(build("GET", path), whole=_WHOLE_SECONDS, body=LARGEST)
    except TargetGone as gone:
        raise UsageError(f"--openapi {url}: {nothing_answers(connection.base_url, gone.__cause__)}") from None
    finally:
        client.close()
    if exchange.answer is None or exchange.status != 200:
        raise UsageError(f"--openapi {url}: answers {exchange.status or exchange.failure}, not a document")
    if exchange.answer.truncated:
        raise _too_large(url)
    return exchange.answer.body


def _too_large(where: str) -> UsageError:
    return UsageError(f"--openapi {where}: is larger than {LARGEST // MIB} MiB")
