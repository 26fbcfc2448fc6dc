"""Documentation pages: whether a page shows the API's own document."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from conformance.checks import expect, expect_status, fail
from conformance.client import MIB
from conformance.exchange import Exchange, build
from conformance.properties import Api

_QUOTED = re.compile(r"""["'`]([^"'`\s<>\\]{1,300})["'`]""")
# What a viewer's configuration gives as the address, a call around it or not.
_ADDRESS = re.compile(r"""\burl["']?\s*[:=]\s*(?:[\w.]{1,40}\()?["'`]([^"'`\s<>\\]{1,300})["'`]""", re.IGNORECASE)
_SCRIPT = re.compile(r"""<script[^>]*\ssrc\s*=\s*["']([^"']{1,300})["']""", re.IGNORECASE)
_EMBEDDED = re.compile(r"""["']openapi["']\s*:\s*["']3\.""")
# What no browser loads anything for; what shows a document is a script, another page or a file within this one.
_NOT_LOADED = re.compile(r"<!--.*?-->|<a\s[^>]*>", re.IGNORECASE | re.DOTALL)
_VIEWER = re.compile(r"<(?:script|iframe|object|embed)\b", re.IGNORECASE)
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_TRIED = 8
_LARGEST = 8 * MIB


def expect_documentation(api: Api, path: str) -> None:
    """Expect an HTML page that loads or embeds the target's OpenAPI document."""
    page = _follow(api, path)
    expect_status(page, 200)
    kind = page.answer.media_type if page.answer else ""
    expect(kind == "text/html", page, "an HTML page", f"its content type is {kind or 'missing'}")
    shown = _plain(page)
    shows = _VIEWER.search(shown) or _EMBEDDED.search(shown)
    expect(shows is not None, page, "a page that shows the OpenAPI document", "it has no script")
    # A page may leave it to a script of its own to name the document.
    for source in (page, *_scripts(api, page)):
        text = _plain(source)
        if _EMBEDDED.search(text) or any(_is_document(api, url) for url in _candidates(api, page, text)):
            return
    fail(page, "a page that loads or embeds the OpenAPI document", "it names no document that is one")


def _follow(api: Api, path: str) -> Exchange:
    exchange = api.send(build("GET", path), body=_LARGEST)
    location = exchange.answer.header("location") if exchange.answer and exchange.status in _REDIRECTS else None
    if location:
        below = _below(api, urljoin(api.client.base_url + path, location))
        if below:
            return api.send(build("GET", below), body=_LARGEST)
    return exchange


def _scripts(api: Api, page: Exchange) -> Iterator[Exchange]:
    text = page.answer.text if page.answer else ""
    paths = [
        below for source in _SCRIPT.findall(text) if (below := _below(api, urljoin(page.url, html.unescape(source))))
    ]
    # The large ones are the viewer itself; what names the document is small and comes last.
    for path in list(reversed(paths))[:_MOST_TRIED]:
        yield api.send(build("GET", path))


def _plain(exchange: Exchange) -> str:
    text = _NOT_LOADED.sub("", exchange.answer.text if exchange.answer else "")
    return html.unescape(text).replace("\\/", "/").replace('\\"', '"')


def _candidates(api: Api, page: Exchange, text: str) -> Iterator[str]:
    named = _ADDRESS.findall(text)
    named += [found for found in _QUOTED.findall(text) if re.search(r"openapi|swagger|schema|\.json|\.ya?ml", found)]
    code = (".js", ".css", ".png", ".ico", ".svg", ".map")
    wanted = [found for found in dict.fromkeys(named) if not urlsplit(found).path.endswith(code)]
    for found in wanted[:_MOST_TRIED]:
        # Some viewers take the page for a folder, whatever its address ends with.
        bases = (page.url,) if found.startswith("/") or "://" in found else (page.url, f"{page.url}/")
        below = [path for base in bases if (path := _below(api, urljoin(base, found)))]
        if below:
            yield from below
        elif found.startswith("/"):
            # Behind a prefix a page may name the path that the application itself knows.
            yield found


def _is_document(api: Api, path: str) -> bool:
    exchange = api.send(build("GET", path), body=_LARGEST)
    try:
        value = exchange.answer.json() if exchange.answer and exchange.status == 200 else None
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "openapi" in value and "paths" in value


def _below(api: Api, url: str) -> str | None:
    """Give the part of an address below the base URL, None for one of another host."""
    base = api.client.base_url
    return url.removeprefix(base) if url.startswith(base + "/") else None
