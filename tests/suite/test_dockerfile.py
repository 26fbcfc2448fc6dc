"""Dockerfiles of every right kind are read as Docker reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.checks import CannotTell, Mismatch
from conformance.settings import Settings
from conformance.suite.guide import _dockerfile, test_docker

Write = Callable[..., Settings]
SERVE = 'CMD ["uvicorn", "main:app", "--host", "0.0.0.0"]'
# What each of them has in common: a base, and a server on every interface.
RIGHT = {
    "plain": f"FROM python:3.13-slim\n{SERVE}\n",
    "lower case": "from python:3.13-slim\ncmd uvicorn main:app --host 0.0.0.0\n",
    "shell form": "FROM python:3.13-slim\nCMD exec uvicorn main:app --host=0.0.0.0 --port ${PORT:-8000}\n",
    "tabs": f"FROM\tpython:3.13-slim\nRUN\tpip install uvicorn\n{SERVE}\n",
    "argument before the base": f"ARG VERSION=3.13\nFROM python:${{VERSION}}-slim\n{SERVE}\n",
    "platform": f"FROM --platform=linux/amd64 python:3.13-slim\n{SERVE}\n",
    "user by number": f"FROM python:3.13-slim\nUSER 10001:10001\n{SERVE}\n",
    "directives": f"# syntax=docker/dockerfile:1\n# a comment\n\nFROM python:3.13-slim\n{SERVE}\n",
    "continued": "FROM python:3.13-slim\nRUN pip \\\n  # why\n\n  check\nCMD uvicorn main:app \\\n  --host 0.0.0.0\n",
    "heredoc": f"FROM python:3.13-slim\nRUN <<EOF\npip install uvicorn\nEXPOSES nothing\nEOF\n{SERVE}\n",
    "two heredocs": f'FROM python:3.13-slim\nCOPY <<"A" <<B /app/\none\nA\ntwo\nB\n{SERVE}\n',
    "here-string": f'FROM python:3.13-slim\nRUN cat <<<word && echo "$((1<<EOF))"\n{SERVE}\n',
    "stages": f"FROM python:3.13 AS build\nCMD make\nFROM python:3.13-slim\nCOPY --from=build /app /app\n{SERVE}\n",
    "inherited command": f"FROM python:3.13-slim AS base\n{SERVE}\nFROM base AS production\nENV MODE=production\n",
    "entrypoint and command": 'FROM python:3.13\nENTRYPOINT ["uvicorn", "main:app"]\nCMD ["--host", "0.0.0.0"]\n',
    "port alone": "FROM python:3.13\nCMD gunicorn main:app -k uvicorn.workers.UvicornWorker --bind :8000\n",
    "variable": "FROM python:3.13\nENV UVICORN_HOST=0.0.0.0\nCMD uvicorn main:app\n",
    "variable of the command": "FROM python:3.13\nENV PORT=80 HOST=0.0.0.0\nCMD uvicorn main:app --host $HOST\n",
    "variable without a sign": "FROM python:3.13\nENV GRANIAN_HOST 0.0.0.0\nCMD granian main:app\n",
    "variable of an argument": "FROM python:3.13\nARG AT=::\nENV UVICORN_HOST=${AT}\nCMD uvicorn main:app\n",
    "variable of the stage before": "FROM python:3.13 AS a\nENV UVICORN_HOST=::\nFROM a\nCMD uvicorn main:app\n",
    "variable of a program": 'FROM python:3.13\nENV APP_HOST="0.0.0.0"\nCMD ["python", "-m", "configured"]\n',
    "litestar": 'FROM python:3.13\nCMD ["litestar", "--app", "main:app", "run", "--host", "0.0.0.0"]\n',
    "fastapi": 'FROM python:3.13\nCMD ["fastapi", "run", "main.py"]\n',
    "script": 'FROM python:3.13\nCMD ["sh", "/app/start"]\n',
    "module": 'FROM python:3.13\nCMD ["python", "-m", "serving"]\n',
    "project script": 'FROM python:3.13\nCMD ["uv", "run", "serve"]\n',
    "worker of one's own": "FROM python:3.13\nCMD gunicorn main:app --worker-class main.Worker -b :80\n",
    "worker of gunicorn": "FROM python:3.13\nCMD gunicorn main:app -k asgi -b :80\n",
    "worker of a variable": "FROM python:3.13\nENV WORKER=sync\nCMD gunicorn main:app -k $WORKER -b :80\n",
    "worker of a configuration elsewhere": "FROM python:3.13\nCMD gunicorn main:app -c /etc/told.py -b :80\n",
    "configuration of gunicorn": "FROM python:3.13\nCMD gunicorn main:app -k uvicorn.workers.UvicornWorker\n",
}
BESIDE = {
    "main.py": "app = None\n",
    "start": "exec uvicorn main:app --host 0.0.0.0\n",
    "serving.py": 'import uvicorn\nuvicorn.run("main:app", host="0.0.0.0")\n',
    "pyproject.toml": '[project]\nname = "docubot"\nversion = "1"\n[project.scripts]\nserve = "serving:main"\n',
    "configured.py": 'import uvicorn\nfrom main import settings\nuvicorn.run("main:app", host=settings.host)\n',
    "gunicorn.conf.py": 'bind = ":8000"\n',
}
# Each of them by itself, where the others must not help.
LOOPBACK = [
    "CMD uvicorn main:app",
    "CMD uvicorn main:app --host 127.0.0.1",
    "CMD gunicorn main:app -b 127.0.0.1:8000",
    'ENV HOST=0.0.0.0\nCMD ["uvicorn", "main:app", "--port", "8000"]',
    "ENV UVICORN_HOST=0.0.0.0\nENV UVICORN_HOST=127.0.0.1\nCMD uvicorn main:app",
    "CMD litestar --app main:app run",
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(dockerfile: str, **files: str) -> Settings:
        for name, text in {"Dockerfile": dockerfile, "main.py": "app = None\n", **files}.items():
            (tmp_path / name).write_text(text)
        return Settings(source=tmp_path)

    return make


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_dockerfile_parses_serves_and_has_no_error(kind: str, write: Write) -> None:
    settings = write(RIGHT[kind], **BESIDE)

    test_docker.test_there_is_a_dockerfile_that_parses(settings)
    test_docker.test_the_image_serves_on_every_interface(settings)
    try:
        test_docker.test_the_linter_finds_no_error(settings)
    except CannotTell as reason:
        assert "heredoc" in kind or "here-string" in kind, reason


@pytest.mark.parametrize("command", LOOPBACK)
def test_a_server_on_the_loopback_interface_does_not_serve(command: str, write: Write) -> None:
    settings = write(f"FROM python:3.13-slim\n{command}\n")

    with pytest.raises(Mismatch):
        test_docker.test_the_image_serves_on_every_interface(settings)


@pytest.mark.parametrize("worker", ["", " -k sync", " --worker-class=gthread", " -w 4 --threads 2"])
def test_a_server_of_wsgi_does_not_serve(worker: str, write: Write) -> None:
    settings = write(f"FROM python:3.13\nCMD gunicorn main:app --bind 0.0.0.0:80{worker}\n")

    with pytest.raises(Mismatch, match="WSGI"):
        test_docker.test_the_image_serves_on_every_interface(settings)


def test_a_base_image_with_a_server_of_its_own_is_not_judged(write: Write) -> None:
    with pytest.raises(CannotTell, match="base image"):
        _dockerfile.command(write("FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\nCOPY . /app\n"))


@pytest.mark.parametrize("copied", ["COPY . /app", 'COPY [".", "/app"]', "ADD --chown=1:1 ./ /app", "COPY .env /app/"])
@pytest.mark.parametrize(("ignored", "kept_out"), [(".env\n", True), ("*.env*\n", True), (".git\n", False)])
def test_an_environment_that_is_copied_has_to_be_ignored(
    copied: str, ignored: str, kept_out: bool, write: Write
) -> None:
    settings = write(f"FROM python:3.13-slim\n{copied}\n", **{".dockerignore": ignored})

    assert _dockerfile.keeps_out_env(settings) is kept_out


def test_what_the_last_line_that_matches_says_decides(write: Write) -> None:
    settings = write("FROM python:3.13-slim\nCOPY . /app\n", **{".dockerignore": ".env\n!.env\n"})

    assert not _dockerfile.keeps_out_env(settings)
