"""A request, what came back, and how to send it again by hand."""

import base64
import contextlib
import gzip
import hashlib
import json as jsonlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2 as httpx

# Above this many bytes a body is shown compressed, so that a command stays short enough to paste.
_PLAIN_BODY = 2000
Query = Mapping[str, object] | list[tuple[str, object]]
# Of a multipart form: file name (None for a field that is no file), content, media type.
Part = tuple[str | None, bytes, str]


@dataclass(frozen=True)
class Request:
    """A request as it goes out: ``path`` is relative to the base URL, encoded, and holds the query."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def __post_init__(self) -> None:
        # Right behind the base URL, a path such as "@evil.example/" would name another host.
        if not self.path.startswith("/"):
            object.__setattr__(self, "path", "/" + self.path)

    def header(self, name: str) -> str | None:
        """Give a header's first value."""
        return _header(self.headers, name)


@dataclass(frozen=True)
class Answer:
    """What a target answered: ``arrivals`` are the seconds from sending to each piece of the body.

    ``found_at`` is the path that it was found at, where that is the one asked for with or without its last slash.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False
    arrivals: tuple[float, ...] = ()
    found_at: str | None = None
    version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """Give a header's first value."""
        return _header(self.headers, name)

    def lines(self, name: str) -> list[str]:
        """Give a header's values, one for each line that it stands on."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def combined(self, name: str) -> str:
        """Give all of a header's values as one list (RFC 9110, section 5.3), empty where there is none."""
        return ", ".join(self.lines(name))

    @property
    def ends_connection(self) -> bool:
        """Whether nothing follows on the same connection (RFC 9112, section 9.3)."""
        said = (self.header("connection") or "").lower()
        return "close" in said or (self.version == "HTTP/1.0" and "keep-alive" not in said)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty where there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text, whatever bytes it holds."""
        return self.body.decode("utf-8", "backslashreplace")

    def json(self) -> Any:
        """Give the body's JSON value.

        Raises ValueError when it is no JSON (NaN and Infinity are none, RFC 8259).
        """
        if self.truncated:
            raise ValueError("the body has no end, or is far too long")
        return jsonlib.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)

    @property
    def value(self) -> Any:
        """The body's JSON value, None where it is no JSON."""
        try:
            return self.json()
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, or the reason why there is none."""

    request: Request
    base_url: str
    answer: Answer | None = None
    failure: str | None = None
    seconds: float = 0.0

    @property
    def status(self) -> int | None:
        """The answer's status code, None where there was no answer."""
        return self.answer.status if self.answer else None

    @property
    def value(self) -> Any:
        """The JSON value of the answer, None where there is none."""
        return self.answer.value if self.answer else None

    @property
    def timed_out(self) -> bool:
        """Whether there was no answer because the time for it ran out."""
        return self.answer is None and "in time" in (self.failure or "")

    @property
    def url(self) -> str:
        """The address of what was answered: the one asked for, with or without a slash at its end."""
        return self.base_url + ((self.answer and self.answer.found_at) or self.request.path)

    def sent(self) -> str:
        """Say what was sent, on one line."""
        request = self.request
        shown = f"{request.method} {request.path}"
        headers = [f"{name}: {value}" for name, value in request.headers if name.lower() != "content-type"]
        if headers:
            shown += f"  ({', '.join(headers)})"
        if request.body:
            shown += f"  {request.body.decode('utf-8', 'backslashreplace')}"
        return shown

    def received(self) -> str:
        """Say what came back, on one line."""
        if self.answer is None:
            return self.failure or "no answer"
        kind = f" {self.answer.media_type}" if self.answer.media_type not in ("", "application/json") else ""
        return f"{self.answer.status}{kind} {self.answer.text}".rstrip()

    def curl(self) -> str:
        """Give a shell command that sends this request again."""
        return curl(self.request, self.url)


def build(
    method: str,
    path: str,
    *,
    query: Query | None = None,
    json: Any = ...,
    body: bytes | None = None,
    form: Mapping[str, str] | list[tuple[str, str]] | None = None,
    files: Mapping[str, Part] | list[tuple[str, Part]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Request:
    """Make a request.

    ``path`` is encoded already; ``query`` is encoded here, a space as %20. ``files`` maps a form
    field to a part. At most one of the bodies is given.
    """
    sent = list((headers or {}).items())
    if query:
        path += "?" + urlencode(query, quote_via=quote)
    if json is not ...:
        body = jsonlib.dumps(json, ensure_ascii=False, allow_nan=False).encode()
        sent.append(("Content-Type", "application/json"))
    elif form is not None:
        body = urlencode(form, quote_via=quote).encode()
        sent.append(("Content-Type", "application/x-www-form-urlencoded"))
    elif files is not None:
        # A boundary drawn at random would be another one when a seed replays the run.
        boundary = hashlib.sha256(repr(files).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        encoded = httpx.Request("POST", "http://localhost", files=files, headers=kind)
        body = encoded.read()
        sent.append(("Content-Type", encoded.headers["content-type"]))
    return Request(method, path, tuple(sent), body)


def segment(value: object) -> str:
    """Encode a value as one segment of a path (RFC 3986, section 3.3)."""
    # A target may name its things by half a character; the bytes of it lead back to the thing or nowhere.
    text = quote(str(value), safe="", errors="surrogatepass")
    # A segment of dots alone is removed from a path before it is sent.
    return text.replace(".", "%2E") if text.strip(".") == "" else text


def curl(request: Request, url: str) -> str:
    """Give a shell command that sends a request, whatever bytes it holds."""
    with contextlib.suppress(httpx.InvalidURL):
        # As the client sends it, which encodes what a URL cannot hold.
        url = str(httpx.URL(url))
    words = ["curl", "-s"]
    if "/." in request.path or "/%2e" in request.path.lower():
        words.append("--path-as-is")
    if set(url) & set("[]{}"):
        words.append("--globoff")
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET" or request.body is not None:
        words += ["-X", request.method]
    for name, value in request.headers:
        # curl leaves a header without a value out, unless a semicolon ends it.
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if request.body is not None and request.header("content-type") is None:
        words += ["-H", "Content-Type:"]
    before = ""
    if request.body is not None:
        before, data = _body_words(request.body)
        words += data
    return before + shlex.join([*words, url])


def _body_words(body: bytes) -> tuple[str, list[str]]:
    text = body.decode("utf-8", "replace")
    if len(body) <= _PLAIN_BODY and text.encode() == body and text.isprintable() and body[:1] != b"@":
        return "", ["--data-binary", text]
    packed = base64.b64encode(gzip.compress(body, mtime=0)).decode()
    return f"printf %s {packed} | base64 -d | gunzip | ", ["--data-binary", "@-"]


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
