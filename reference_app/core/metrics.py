"""Prometheus metrics (guide section 25)."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import Scope

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The application's own series; a registry each, so that two applications may coexist.

    prometheus-fastapi-instrumentator would match every request against all the routes once more
    to learn the path, which the scope holds by then.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests",
            "Answered requests",
            ["method", "path", "status"],
            registry=self._registry,
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time until the last byte of the answer",
            ["method", "path"],
            registry=self._registry,
        )
        # Looking a series up by its labels takes longer than counting in it.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request under its route's template, so that ids do not make new series."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        key = (method, getattr(scope.get("route"), "path", "unknown"), status)
        requests, duration = self._series.get(key) or self._add(*key)
        requests.inc()
        duration.observe(seconds)

    def render(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _add(self, method: str, path: str, status: int) -> tuple[Counter, Histogram]:
        series = self._requests.labels(method, path, status), self._duration.labels(method, path)
        self._series[method, path, status] = series
        return series
