"""One JSON line for each log event, on standard output (guide section 25)."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def configure_logging() -> None:
    """Set structlog up, and silence uvicorn's access log, which the request lines replace."""
    structlog.configure(
        processors=[
            _with_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False


def log_request(method: str, path: str, status: int, seconds: float) -> None:
    """Write a request's line.

    Past structlog, which takes five microseconds a line where this takes one: it is written for
    every request there is.
    """
    line = {
        "event": "request",
        "request_id": request_id.get(),
        "method": method,
        "path": path,
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
        "timestamp": datetime.now(UTC),
    }
    output = sys.stdout.buffer
    output.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
    output.flush()


def _with_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["request_id"] = request_id.get()
    return event
