"""A process that the kit starts: its own process group, its output kept, ended for certain."""

import atexit
import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from conformance.settings import UsageError

_END_SECONDS = 5.0
# A variable of the kit's own surroundings would decide how the target starts.
_NOT_INHERITED = ("WEB_CONCURRENCY", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "COVERAGE_PROCESS_START")
_RUNNING: "weakref.WeakSet[Process]" = weakref.WeakSet()
# While a process starts none is ended, and once they are ended none starts.
_STARTING = threading.Lock()
_OVER = threading.Event()


def free_port() -> int:
    """Give a port of the loopback interface on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def expect_program(command: str, folder: Path, env: Mapping[str, str]) -> None:
    """See that a command names a program that is there, before any test needs the process.

    Raises UsageError.
    """
    try:
        program = shlex.split(command)[0]
    except (ValueError, IndexError) as error:
        raise _unusable(command, error) from None
    # As where it is started: what is no bare name is looked for from the folder.
    place = str(folder / program) if os.sep in program else program
    if shutil.which(place, path=_environment(env, ())["PATH"]) is None:
        raise _unusable(command, f"there is no program {program!r}")


class Process:
    """A command that serves the target on a port of this machine.

    ``{port}`` in the command is replaced. ``unset`` names variables that it must not inherit.
    Raises UsageError when the command cannot be started at all.
    """

    def __init__(
        self, command: str, folder: Path, env: Mapping[str, str], unset: Iterable[str] = (), port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process writes
        try:
            words = shlex.split(command.replace("{port}", str(self.port)))
            self._start(words, folder, _environment(env, unset))
        except (OSError, ValueError, IndexError) as error:
            self._output.close()
            raise _unusable(command, error) from None

    def _start(self, words: list[str], folder: Path, env: dict[str, str]) -> None:
        with _STARTING:
            if _OVER.is_set():
                raise OSError("the run is over")
            self._popen = subprocess.Popen(  # noqa: S603 - the command is the user's own, and no shell reads it
                words,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            _RUNNING.add(self)

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs."""
        return self._popen.poll()

    def output(self) -> str:
        """Give what it has written so far to stdout and stderr."""
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode("utf-8", "backslashreplace")

    def terminate(self) -> None:
        """Ask it to end, as a platform does: SIGTERM to the process that was started."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int | None:
        """Wait for its end and give its exit status, None where it still runs."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def memory(self) -> int:
        """Give the resident memory of the process and its children, in bytes."""
        total = 0
        for process in self._family():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def busy(self) -> float:
        """Give the seconds of processor time that the process and its children have used."""
        total = 0.0
        for process in self._family():
            with contextlib.suppress(psutil.Error):
                used = process.cpu_times()
                total += used.user + used.system
        return total

    def size(self) -> int:
        """Count the process and its children."""
        return len(self._family())

    def close(self) -> None:
        """End it and every process that it started, by force where it must be."""
        family = self._family()
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        _, alive = psutil.wait_procs(family, timeout=_END_SECONDS)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # Whoever left the family is still in its group.
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        if not self._output.closed:
            self._output.close()
        _RUNNING.discard(self)

    def _family(self) -> list[psutil.Process]:
        try:
            parent = psutil.Process(self._popen.pid)
            return [*parent.children(recursive=True), parent]
        except psutil.Error:
            return []


def _unusable(command: str, reason: object) -> UsageError:
    return UsageError(f"--target-command {command!r} cannot be started: {reason}")


def _environment(env: Mapping[str, str], unset: Iterable[str]) -> dict[str, str]:
    dropped = {*_NOT_INHERITED, *unset} - set(env)
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    # What is installed beside the kit is found by its name in an environment that is not activated too.
    path = os.pathsep.join([inherited.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    # Output that waits in a buffer would not be there when it is looked for.
    return {**inherited, "PATH": path, "PYTHONUNBUFFERED": "1", **env}


@atexit.register
def _end_all() -> None:
    with _STARTING:
        _OVER.set()
    for process in list(_RUNNING):
        process.close()
