"""Why nothing answers at an address: one line, with the way out."""

import ssl
from collections.abc import Iterator


def nothing_answers(url: str, error: BaseException | None) -> str:
    """Say that nothing was ever reached at a URL, and what to look at."""
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            problem = cause.verify_message.rstrip(".")
            return (
                f"the certificate of {url} does not fit: {problem}: "
                "is it that host's, and its authority known or named as http.ca_file?"
            )
        if isinstance(cause, ssl.SSLError):
            problem = (cause.reason or "no TLS").replace("_", " ").lower()
            return f"nothing answers at {url}: {problem}: https was spoken there, is http:// meant?"
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
    problem = "the connection is refused" if refused else _told(causes)
    return f"nothing answers at {url}: {problem}: is it running, and is the address right?"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _told(causes: list[BaseException]) -> str:
    plain = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    return plain or next((str(cause) for cause in causes if str(cause)), "no connection")
