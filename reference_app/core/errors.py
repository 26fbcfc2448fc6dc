"""Every error that the application answers, in one format (guide sections 9 and 20)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from fastapi import FastAPI, HTTPException, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from reference_app.models.schemas import ErrorDetail, ErrorMessage


class Problem(HTTPException):
    """An error with a fixed status, so that the route that raises it can document it."""

    status: ClassVar[int]
    reason: ClassVar[str]
    challenge: ClassVar[Mapping[str, str]] = {}

    def __init__(self, reason: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.status, reason or self.reason, {**self.challenge, **(headers or {})})


class Unauthenticated(Problem):
    """No valid token, or no valid name and password."""

    status, reason = status.HTTP_401_UNAUTHORIZED, "Not authenticated"
    challenge: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class WrongApiKey(Problem):
    """No API key that is valid."""

    status, reason = status.HTTP_401_UNAUTHORIZED, "Invalid API key"
    challenge: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "APIKey"}


class Forbidden(Problem):
    """A valid token that does not reach so far."""

    status, reason = status.HTTP_403_FORBIDDEN, "Not permitted"


class NotFound(Problem):
    """No such thing."""

    status, reason = status.HTTP_404_NOT_FOUND, "Not found"


class UnreadableBody(Problem):
    """A body that is no Unicode text or is nested too deeply; FastAPI raises it itself."""

    status, reason = status.HTTP_400_BAD_REQUEST, "There was an error parsing the body"


class TooLarge(Problem):
    """A body over the route's limit."""

    status, reason = status.HTTP_413_CONTENT_TOO_LARGE, "Request body too large"


class TooManyRequests(Problem):
    """A client over its rate limit."""

    status, reason = status.HTTP_429_TOO_MANY_REQUESTS, "Too many requests"


class UpstreamFailure(Problem):
    """The language model's service answered an error, or nonsense."""

    status, reason = status.HTTP_502_BAD_GATEWAY, "The language model failed"


class NoProvider(Problem):
    """There is no language model that could do it."""

    status, reason = status.HTTP_503_SERVICE_UNAVAILABLE, "No language model is configured"


class UpstreamTimeout(Problem):
    """The language model's service did not answer in time."""

    status, reason = status.HTTP_504_GATEWAY_TIMEOUT, "The language model took too long"


class MyError(Exception):
    """The guide's custom error: 400 with `{"error": message}`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnsupportedLanguageError(MyError):
    """A language that no translation is offered for."""

    def __init__(self, language: str) -> None:
        super().__init__(f"unsupported language: {language}")


Responses = dict[int | str, dict[str, Any]]


def documented(*problems: type[Problem]) -> Responses:
    """The `responses=` of a route or router that may raise these."""
    return {p.status: {"model": ErrorDetail, "description": p.reason} for p in problems}


BODY_ERRORS = documented(UnreadableBody, TooLarge)
MY_ERROR: Responses = {400: {"model": ErrorMessage, "description": "The guide's custom error"}}
MY_ERROR_OR_UNREADABLE: Responses = {400: {"model": ErrorMessage | ErrorDetail, "description": "What is wrong"}}


async def answer_my_error(request: Request, error: Exception) -> JSONResponse:
    """Answer `MyError` in the guide's words."""
    assert isinstance(error, MyError)  # noqa: S101 -- narrows the type for mypy
    return JSONResponse({"error": error.message}, status.HTTP_400_BAD_REQUEST)


async def answer_invalid_input(request: Request, error: Exception) -> JSONResponse:
    """Answer FastAPI's own 422 without `input` and `ctx`.

    What was sent may be a password, and may be NaN or a lone surrogate, which JSON cannot carry:
    FastAPI's default handler answers 500 to those.
    """
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- narrows the type for mypy
    detail = [{key: entry[key] for key in ("type", "loc", "msg")} for entry in error.errors()]
    return JSONResponse({"detail": detail}, status.HTTP_422_UNPROCESSABLE_CONTENT)


async def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
    """Answer a bug without saying anything about it; the log has the traceback."""
    return JSONResponse({"detail": "Internal Server Error"}, status.HTTP_500_INTERNAL_SERVER_ERROR)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers that are not FastAPI's own."""
    app.add_exception_handler(MyError, answer_my_error)
    app.add_exception_handler(RequestValidationError, answer_invalid_input)
