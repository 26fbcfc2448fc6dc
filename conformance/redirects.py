"""Redirects that only add a slash to a path's end or take it away: how a path is written is the target's own affair."""

import httpx2 as httpx

from conformance.exchange import Answer, Request

# These keep the method and the body; of the older ones a client may make a GET (RFC 9110, section 15.4).
_KEEPING = (307, 308)
_OLDER = (301, 302)


def other_slash(request: Request, base_url: str, answer: Answer) -> str | None:
    """Give the path that an answer leads to, where it is the one asked for with or without its last slash.

    None where it leads anywhere else: to another host, with another query, or nowhere.
    """
    location = answer.header("location")
    kept = answer.status in _KEEPING or (answer.status in _OLDER and request.method in ("GET", "HEAD"))
    path, mark, query = request.path.partition("?")
    other = path[:-1] if path.endswith("/") else f"{path}/"
    if location is None or not kept or not other:
        return None
    # The path is written as it was asked for: of the Location nothing is sent.
    twin = f"{other}{mark}{query}"
    try:
        wanted = httpx.URL(base_url + twin)
        found = httpx.URL(base_url + request.path).join(location)
    except (httpx.InvalidURL, ValueError):
        return None
    return twin if _place(found) == _place(wanted) else None


def _place(url: httpx.URL) -> tuple[object, ...]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port, url.path, url.params
