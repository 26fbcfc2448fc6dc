"""An application in this process: loaded by name and served on loopback from a thread."""

import atexit
import contextlib
import functools
import importlib
import inspect
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from conformance.settings import UsageError
from conformance.text import excerpt

_START_SECONDS = 30.0
_LONGEST_REASON = 500


def load(name: str, folder: Path, env: Mapping[str, str]) -> Any:
    """Import ``MODULE:ATTRIBUTE`` with a folder on the import path and variables set.

    Raises UsageError when that gives no ASGI application.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise UsageError(f"--target-app {name!r}: name it as MODULE:ATTRIBUTE, such as main:app")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    os.environ.update(env)
    try:
        with _muted():
            found = importlib.import_module(module_name)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UsageError(f"--target-app {name}: module {module_name} does not import: {reason}") from None
    for part in attribute.split("."):
        try:
            found = getattr(found, part)
        except Exception as error:  # noqa: BLE001 - a module's own __getattr__ may raise anything
            raise UsageError(f"--target-app {name}: {str(error).partition(chr(10))[0]}") from None
    _check_asgi(name, found)
    return found


def _check_asgi(name: str, found: Any) -> None:
    def takes(count: int) -> bool:
        try:
            inspect.signature(found).bind(*[None] * count)
        except (TypeError, ValueError):
            return False
        return True

    if not callable(found):
        kind = type(found).__name__
        article = "an" if kind[0].lower() in "aeiou" else "a"
        raise UsageError(f"--target-app {name} is no ASGI application: it is {article} {kind}")
    if takes(3):
        return
    if takes(2):
        raise UsageError(f"--target-app {name} is no ASGI but a WSGI application: serve it and give its --target-url")
    raise UsageError(f"--target-app {name} is no ASGI application: it does not take scope, receive and send")


@contextlib.contextmanager
def serve(application: Any) -> Iterator[str]:
    """Serve an ASGI application from a thread of this process and give its base URL.

    Raises RuntimeError, with its own reason, when its start-up fails.
    """
    import uvicorn

    starting = _Starting(application)

    # asyncio turns Nagle's delay off only where the protocol is explicit.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(starting, log_level="critical", access_log=False, lifespan="auto")
    server = uvicorn.Server(config)

    def run() -> None:
        # uvicorn ends the process where the start-up fails; here it is a thread that ends.
        with contextlib.suppress(SystemExit):
            server.run([listener])

    thread = threading.Thread(target=run, name="conformance-target", daemon=True)
    try:
        with _muted():
            thread.start()
            deadline = time.monotonic() + _START_SECONDS
            while not server.started:
                if not thread.is_alive():
                    raise RuntimeError(f"its start-up failed{starting.reason}")
                if time.monotonic() > deadline:
                    raise RuntimeError("its start-up does not end")
                time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        if thread.is_alive():
            server.force_exit = True
            thread.join(timeout=5)
        listener.close()


class _Starting:
    """An application that keeps what it said when its start-up failed; servers only log it."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.reason = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return

        async def noting(message: Any) -> None:
            if message["type"] == "lifespan.startup.failed":
                self._note(str(message.get("message") or "").strip().rpartition("\n")[2])
            await send(message)

        try:
            await self._application(scope, receive, noting)
        except BaseException as error:
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            self._note("".join(traceback.format_exception_only(error)))
            raise

    def _note(self, said: str) -> None:
        line = " ".join(said.split())
        self.reason = f": {excerpt(line, _LONGEST_REASON)}" if line else self.reason


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    """Keep what an application writes out of the kit's own output: loggers hold on to the stream they find."""
    with contextlib.redirect_stdout(_nowhere()), contextlib.redirect_stderr(_nowhere()):
        yield


@functools.cache
def _nowhere() -> TextIO:
    # Open to the end of the process: the applications' loggers write to it as long as they live.
    file = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - see above
    atexit.register(file.close)
    return file
