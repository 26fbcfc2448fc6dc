"""A line in the terminal now and then, while one test goes on for long."""

import time
from typing import Any

import pytest

_PAUSE_SECONDS = 3.0


class Progress:
    """Writes what it is told, but not more often than one may want to read; in a worker of xdist nothing."""

    def __init__(self, config: pytest.Config, pause: float = _PAUSE_SECONDS) -> None:
        self._config = config
        self._pause = pause
        self._last = time.monotonic()

    def __call__(self, text: str) -> None:
        """Write a line, unless the last one was written just now."""
        plugins = self._config.pluginmanager
        reporter: Any = plugins.get_plugin("terminalreporter")
        capture: Any = plugins.get_plugin("capturemanager")
        if reporter is None or self._config.option.verbose < 0 or time.monotonic() < self._last + self._pause:
            return
        self._last = time.monotonic()
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"conformance: {text}")
