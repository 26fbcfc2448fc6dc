"""What a run reaches of a target: over HTTP, as an application, as a process, as source."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.catalogue import Need
from conformance.settings import Settings, UsageError
from conformance.target.application import load, serve


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
    output: Callable[[], str] = str
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        """End whatever serves the target."""
        self._stack.close()


def open_target(settings: Settings) -> Target:
    """Serve what has to be served and say what can be reached.

    Raises UsageError for what cannot be loaded and Unreachable for what does not start.
    """
    stack = ExitStack()
    reach: list[Need] = []
    application = None
    if settings.app:
        application = load(settings.app, settings.folder, settings.env)
        reach.append("app")
    if settings.url:
        kind, name, base_url = "url", settings.url, settings.url
    elif settings.app:
        kind, name = "app", settings.app
        try:
            base_url = stack.enter_context(serve(application))
        except RuntimeError as error:
            raise Unreachable(f"{settings.app} does not start: {error}") from None
    else:
        raise UsageError(
            "--target-source alone gives nothing to send requests to: name a URL, an application or a command"
        )
    reach.insert(0, "http")
    if settings.source:
        reach.append("source")
    return Target(kind, name, base_url.rstrip("/"), tuple(reach), application, settings.source, _stack=stack)
