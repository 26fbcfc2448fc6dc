"""The Dockerfile, as its readers see it: nothing of it is built."""

import copy
import fnmatch
import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template

from conformance.checks import CannotTell, fail
from conformance.settings import Settings
from conformance.suite.guide import _source, _started

KNOWN = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
_SERVER = re.compile(r"\b(uvicorn|hypercorn|granian|daphne|gunicorn|fastapi)\b|\b(litestar|quart)\b[^\n]*\brun\b")
# What gunicorn runs a worker of, where it says so, and its own workers, which serve WSGI alone.
_WORKER = re.compile(r"(?:\s-k|worker[-_]class)[\s=:,\"']*([\w.]*)", re.IGNORECASE)
_OF_WSGI = {"sync", "gthread", "gevent", "gevent_wsgi", "gevent_pywsgi", "eventlet", "tornado"}
_CONFIGURED = re.compile(r"\bgunicorn\b[^;&|]*\s(?:-c|--config)\b")
# The variables that a server reads by itself, and those of which a program may make where it listens.
_READ = re.compile(r"(UVICORN|GRANIAN|LITESTAR|QUART)_|GUNICORN_CMD_ARGS$")
_TELLING = re.compile(r"HOST|BIND|ADDRESS", re.IGNORECASE)
# A server that is told to bind to a port alone binds to every interface.
_EVERYWHERE = re.compile(
    r"0\.0\.0\.0|\[?::\]?(?=[:\s\"']|$)|\bfastapi\W+run\b|(?:-b|\bbind)[\s=]*[\"']?:[\d$]",
)
# Whose headers a server believes says nothing of where it listens.
_TRUSTED = re.compile(r"forwarded[-_]allow[-_]ips[\s=\"',:]*[\"']?[^\s\"']+", re.IGNORECASE)
_HEREDOC = re.compile(r"(?:^|\s)\d*<<-?([\"']?)([A-Za-z_]\w*)\1(?=\s|$)")
_ESCAPE = re.compile(r"^#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_NAMES = (*_source.DOCKERFILES, "*/Dockerfile")
_SECONDS = 60
# Whether a Dockerfile parses is dockerfile-present's matter: hadolint does not know all of its syntax.
_UNREADABLE = "DL1000"


@dataclass
class _Stage:
    """What a build stage starts, and its variables."""

    base: str
    started: dict[str, str]
    environment: dict[str, str]


def path(settings: Settings) -> Path:
    """Give the Dockerfile.

    Raises Mismatch where there is none.
    """
    found = [file for name in _NAMES for file in sorted(_source.folder(settings).glob(name)) if file.is_file()]
    if not found:
        fail(None, "a Dockerfile in the source folder", "there is none")
    return found[0]


def instructions(settings: Settings) -> list[tuple[str, str]]:
    """Give the instructions in order, each as its word and the rest.

    Raises Mismatch when there is no Dockerfile.
    """
    lines = path(settings).read_text(encoding="utf-8", errors="replace").splitlines()
    told = _ESCAPE.match(lines[0]) if lines else None
    escape = told[1] if told else "\\"
    found: list[tuple[str, str]] = []
    pending = ""
    heredocs: list[str] = []
    for line in lines:
        bare = line.strip()
        if heredocs:
            heredocs = heredocs[1:] if bare == heredocs[0] else heredocs
            continue
        if not bare or bare.startswith("#"):
            continue
        pending += " " + bare.removesuffix(escape)
        if bare.endswith(escape):
            continue
        word, rest = _split(pending)
        found.append((word, rest))
        heredocs = [name for _, name in _HEREDOC.findall(rest)] if word in ("RUN", "COPY", "ADD") else []
        pending = ""
    return [*found, _split(pending)] if pending.strip() else found


def _split(line: str) -> tuple[str, str]:
    word, *rest = line.split(None, 1)
    return word.upper(), rest[0].strip() if rest else ""


def command(settings: Settings) -> str:
    """Give what the image starts, and what it names: scripts, modules and their configuration.

    Raises CannotTell where the base image decides.
    """
    last = _last_stage(settings)
    started = " ".join(last.started[word] for word in ("ENTRYPOINT", "CMD") if word in last.started)
    if not started and _SERVER.search(last.base):
        raise CannotTell(f"the command is that of the base image {last.base}", applies=False)
    if not started:
        return ""
    files = _started.files(_source.folder(settings), started)
    return started + _environment(last, started, files) + files


def _environment(stage: _Stage, started: str, files: str) -> str:
    """Give the variables that say where the server listens: those that it reads, or that somebody reads for it."""
    # What a program of one's own makes of its settings is not to be seen.
    any_may_tell = _SERVER.search(started) is None
    return "".join(
        f" {name}={value}"
        for name, value in stage.environment.items()
        if _READ.match(name)
        or re.search(rf"\b{re.escape(name)}\b", started + files)
        or (any_may_tell and _TELLING.search(name))
    )


def _last_stage(settings: Settings) -> _Stage:
    stages: dict[str, _Stage] = {}
    last = _Stage("", {}, {})
    arguments: dict[str, str] = {}
    for word, rest in instructions(settings):
        if word == "FROM":
            image, *alias = [each for each in rest.split() if not each.startswith("--")] or [""]
            # A stage that begins with another one has its command too.
            before = stages.get(image.lower())
            last = copy.deepcopy(before) if before else _Stage(image, {}, {})
            stages[alias[-1].lower() if alias else str(len(stages))] = last
        elif word in ("CMD", "ENTRYPOINT"):
            last.started[word] = " ".join(_words(rest))
        elif word == "ENV":
            known = arguments | last.environment
            last.environment |= {name: Template(value).safe_substitute(known) for name, value in _variables(rest)}
        elif word == "ARG":
            arguments |= dict(_variables(rest))
    return last


def _variables(rest: str) -> list[tuple[str, str]]:
    """Give what an ENV or ARG sets: one variable or several with equals signs, or one without."""
    name, _, value = rest.partition(" ")
    if "=" not in name:
        return [(name, value.strip())]
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]


def names_server(started: str) -> bool:
    """Tell whether a command starts an ASGI server."""
    return _SERVER.search(started) is not None


def serves_wsgi(started: str) -> bool:
    """Tell whether a command surely starts gunicorn with workers that know no ASGI."""
    if "gunicorn" not in started or _SERVER.search(started.replace("gunicorn", "")):
        return False
    workers = _WORKER.findall(started)
    return all(each in _OF_WSGI for each in workers) and bool(workers or not _CONFIGURED.search(started))


def listens_everywhere(started: str) -> bool:
    """Tell whether a command makes its server listen on every interface."""
    return _EVERYWHERE.search(_TRUSTED.sub(" ", started)) is not None


def lint(settings: Settings) -> list[str]:
    """Give hadolint's findings of level error."""
    program = shutil.which("hadolint") or _installed()
    if program is None:
        raise CannotTell("needs hadolint: install fastapi-conformance[full]")
    done = subprocess.run(  # noqa: S603 - a fixed program and one file
        [program, "--no-fail", "--format", "json", "-c", "/dev/null", str(path(settings))],
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
    if any(each["code"] == _UNREADABLE for each in found):
        raise CannotTell("hadolint cannot read this Dockerfile")
    return [f"line {each['line']} {each['code']} {each['message']}" for each in found if each["level"] == "error"]


def keeps_out_env(settings: Settings) -> bool:
    """Tell whether .env stays out of the image, by .dockerignore or since nothing copies it."""
    copied = [_words(rest) for word, rest in instructions(settings) if word in ("COPY", "ADD")]
    takes_all = any(
        source in (".", "./", "*", "/", ".env", "./.env") or fnmatch.fnmatch(".env", source)
        for words in copied
        if not any(word.startswith("--from") for word in words)
        for source in [word for word in words if not word.startswith("--")][:-1]
    )
    own = path(settings).with_name(path(settings).name + ".dockerignore")
    return not takes_all or _ignored(own if own.is_file() else _source.folder(settings) / ".dockerignore")


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


def _words(rest: str) -> list[str]:
    """Give the words of an instruction, whether it has the JSON form or the shell's, its options first."""
    options = re.match(r"(?:--\S+\s+)*", rest)
    flags = options[0].split() if options else []
    plain = rest[options.end() :] if options else rest
    try:
        value = json.loads(plain)
    except ValueError:
        value = None
    return flags + (list(map(str, value)) if isinstance(value, list) else plain.split())


def _installed() -> str | None:
    import sysconfig

    found = Path(sysconfig.get_path("scripts")) / "hadolint"
    return str(found) if found.is_file() else None
