"""What a run reaches of a target: over HTTP, as an application, as a process, as source."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.catalogue import Need
from conformance.settings import Settings, UsageError
from conformance.target.application import load, serve
from conformance.target.command import Process, expect_program


class Unreachable(Exception):
    """Nothing answers at the target; the message is one line."""


@dataclass
class Target:
    """A target that is being checked; ``close`` ends all that was started for it."""

    kind: str
    name: str
    base_url: str
    reach: tuple[Need, ...]
    application: Any = None
    source: Path | None = None
    process: Process | None = None
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        """End whatever serves the target."""
        self._stack.close()


def open_target(settings: Settings, served_at: str | None = None) -> Target:
    """Serve what has to be served and say what can be reached.

    ``served_at`` is where the command already serves, for a worker whose controller started it.
    Raises UsageError for what cannot be loaded and Unreachable for what does not start.
    """
    stack = ExitStack()
    application = process = None
    if settings.command:
        expect_program(settings.command, settings.folder, settings.env)
    if settings.app:
        application = load(settings.app, settings.folder, settings.env)
    if settings.url:
        kind, name, base_url = "url", settings.url, settings.url
    elif settings.app:
        kind, name = "app", settings.app
        try:
            base_url = stack.enter_context(serve(application))
        except RuntimeError as error:
            raise Unreachable(f"{settings.app} does not start: {error}") from None
    elif settings.command:
        kind, name, base_url = "command", settings.command, served_at or ""
        if served_at is None:
            process = Process(settings.command, settings.folder, settings.env)
            stack.callback(process.close)
            base_url = process.base_url
    else:
        raise UsageError(
            "--target-source alone gives nothing to send requests to: name a URL, an application or a command"
        )
    reach: list[Need] = ["http"]
    for need, given in (("app", settings.app), ("process", settings.command), ("source", settings.source)):
        if given:
            reach.append(need)  # type: ignore[arg-type]  # each of the three is a Need
    return Target(kind, name, base_url.rstrip("/"), tuple(reach), application, settings.source, process, stack)
