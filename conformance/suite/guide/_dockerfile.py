"""The Dockerfile, as its readers see it: nothing of it is built."""

import fnmatch
import json
import re
import shutil
import subprocess
from pathlib import Path

from conformance.checks import CannotTell, fail
from conformance.settings import Settings
from conformance.suite.guide import _source

KNOWN = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
_SERVER = re.compile(r"\b(uvicorn|hypercorn|granian|daphne|gunicorn|fastapi)\b")
_EVERYWHERE = re.compile(r"0\.0\.0\.0|\[?::\]?(?=[:\s\"']|$)|\bfastapi\W+run\b")
_SCRIPT = re.compile(r"[\w./-]+\.(?:sh|py)\b|[\w./-]*entrypoint[\w./-]*")
_SECONDS = 60


def _text(settings: Settings) -> str:
    path = _source.folder(settings) / "Dockerfile"
    if not path.is_file():
        fail(None, "a Dockerfile in the source folder", "there is none")
    return path.read_text(encoding="utf-8", errors="replace")


def instructions(settings: Settings) -> list[tuple[str, str]]:
    """Give the instructions in order, each as its word and the rest.

    Raises Mismatch when there is no Dockerfile.
    """
    found: list[tuple[str, str]] = []
    pending, until = "", None
    for line in _text(settings).splitlines():
        bare = line.strip()
        if until is not None:
            until = None if bare == until else until
            continue
        if not bare or bare.startswith("#"):
            continue
        pending += " " + bare.removesuffix("\\")
        if bare.endswith("\\"):
            continue
        word, _, rest = pending.strip().partition(" ")
        found.append((word.upper(), rest.strip()))
        heredoc = re.search(r"<<-?[\"']?(\w+)", rest) if word.upper() in ("RUN", "COPY", "ADD") else None
        until = heredoc[1] if heredoc else None
        pending = ""
    return found


def command(settings: Settings) -> str:
    """Give what the last stage starts, the scripts that it names included."""
    last: dict[str, str] = {}
    environment = ""
    for word, rest in instructions(settings):
        if word == "FROM":
            last, environment = {}, ""
        elif word in ("CMD", "ENTRYPOINT"):
            last[word] = _words(rest)
        elif word == "ENV" and re.search(r"HOST|BIND|ADDRESS|GUNICORN", rest, re.IGNORECASE):
            environment += f" {rest}"
    started = " ".join(last[word] for word in ("ENTRYPOINT", "CMD") if word in last)
    if not started:
        return ""
    return started + environment + "".join(_script(settings, name) for name in _SCRIPT.findall(started))


def names_server(started: str) -> bool:
    """Tell whether a command starts an ASGI server."""
    return _SERVER.search(started) is not None


def listens_everywhere(started: str) -> bool:
    """Tell whether a command makes its server listen on every interface."""
    return _EVERYWHERE.search(started) is not None


def lint(settings: Settings) -> list[str]:
    """Give hadolint's findings of level error."""
    program = shutil.which("hadolint") or _installed()
    if program is None:
        raise CannotTell("needs hadolint: install fastapi-conformance[full]")
    _text(settings)
    path = _source.folder(settings) / "Dockerfile"
    done = subprocess.run(  # noqa: S603 - a fixed program and one file
        [program, "--no-fail", "--format", "json", "-c", "/dev/null", str(path)],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise CannotTell(f"needs a hadolint that works: {done.stderr.strip()[:200]}") from None
    return [f"line {each['line']} {each['code']} {each['message']}" for each in found if each["level"] == "error"]


def keeps_out_env(settings: Settings) -> bool:
    """Tell whether .env stays out of the image, by .dockerignore or since nothing copies it."""
    copied = [rest.split() for word, rest in instructions(settings) if word in ("COPY", "ADD")]
    takes_all = any(
        source in (".", "./", "*", "/", ".env", "./.env") or fnmatch.fnmatch(".env", source)
        for words in copied
        if not any(word.startswith("--from") for word in words)
        for source in [word for word in words if not word.startswith("--")][:-1]
    )
    return not takes_all or _ignored(_source.folder(settings) / ".dockerignore")


def _ignored(path: Path) -> bool:
    ignored = False
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    for line in lines:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        again = pattern.startswith("!")
        plain = pattern.removeprefix("!").removeprefix("./").removeprefix("/").removeprefix("**/").rstrip("/")
        # The last line that matches decides.
        if fnmatch.fnmatch(".env", plain) or plain in (".", "**"):
            ignored = not again
    return ignored


def _words(rest: str) -> str:
    try:
        value = json.loads(rest)
    except ValueError:
        return rest
    return " ".join(map(str, value)) if isinstance(value, list) else rest


def _script(settings: Settings, name: str) -> str:
    root = _source.folder(settings)
    inside = Path(name.lstrip("/"))
    for path in (root / inside, root / Path(*inside.parts[1:]), *root.glob(f"*/{inside.name}")):
        if path.is_file() and root in path.resolve().parents:
            return "\n" + path.read_text(encoding="utf-8", errors="replace")
    return ""


def _installed() -> str | None:
    import sysconfig

    found = Path(sysconfig.get_path("scripts")) / "hadolint"
    return str(found) if found.is_file() else None
