"""Keeps what an application in this process writes out of the terminal, between tests too."""

import os
from typing import Any

import pytest


def mute(config: pytest.Config) -> None:
    """Capture without a break from now on, and let pytest's own writer alone reach the terminal.

    pytest stops capturing whenever it writes itself; an application that is served from a thread
    would then write into the middle of its lines.
    """
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if capture is None or reporter is None or config.option.capture == "no":
        return
    writer: Any = config.get_terminal_writer()
    try:
        own = os.fdopen(os.dup(writer._file.fileno()), "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SLF001 - pytest offers no way to give its writer another file
    except (OSError, ValueError):
        return
    writer._file.flush()  # noqa: SLF001 - as above
    writer._file = own  # noqa: SLF001 - as above
    capture.resume_global_capture()
    suspend = capture.suspend_global_capture
    capture.suspend_global_capture = lambda in_=False: None
    config.add_cleanup(lambda: _unmute(capture, suspend))


def _unmute(capture: Any, suspend: Any) -> None:
    capture.suspend_global_capture = suspend
    # An interrupted or broken run has stopped capturing already.
    if capture._global_capturing is not None:  # noqa: SLF001 - pytest offers no way to ask
        suspend(in_=True)
        capture.read_global_capture()
