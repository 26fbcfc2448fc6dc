"""Every command of the README is run: here, or by CI."""

import dataclasses
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from conformance.configuration import read
from conformance.options import add
from conformance.settings import Account, Credentials, JWTKey, Settings, Waiver
from fixtures.implementations.guide import app
from tests.harness import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# What installs, and what runs these tests, is run by CI.
BY_CI = {
    "python3 run.py suite": ('"$python" run.py suite', ".ci/run"),
    "python3 run.py tests": ('"$python" run.py tests', ".ci/run"),
    "python3 -m pip install .": ("package = wheel", "tox.ini"),
}
EXAMPLE_URL = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    """Give the README's code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the guide's app as ``main.py`` and its document as ``contract.yaml``."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(ROOT / "fixtures" / "implementations" / "guide.py", folder / "main.py")
    (folder / "contract.yaml").write_text(json.dumps(app.openapi()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """The guide's app, served."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen(command, cwd=folder) as server:
        try:
            yield _answering(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_run(command: str, folder: Path, url: str) -> None:
    if command in BY_CI:
        text, file = BY_CI[command]
        assert text in (ROOT / file).read_text(encoding="utf-8")
        return
    program, *arguments = shlex.split(command.replace(EXAMPLE_URL, url))
    assert program == "pytest"
    suite = [sys.executable, "-m", "pytest", *arguments]
    ran = subprocess.run(suite, cwd=folder, capture_output=True, check=False, text=True)
    if "--profile" in arguments:
        # Without credentials nobody can tell whether made-up ones are refused.
        assert "verdict: incomplete (api)" in ran.stdout, ran.stdout + ran.stderr
        return
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "verdict: conformant (core" in ran.stdout


def test_the_table_names_every_option() -> None:
    told = set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))
    parser = pytest.Parser(_ispytest=True)
    add(parser)
    declared = {name for option in parser.getgroup("conformance").options for name in option.names()}
    assert told == declared


def test_the_example_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks("toml")
    assert tomllib.loads(example)
    for name in re.findall(r'\{ env = "(\w+)" \}', example):
        monkeypatch.setenv(name, "example-value-of-more-than-32-characters")
    shutil.copy(certifi.where(), tmp_path / "ca.pem")
    file = tmp_path / "conformance.toml"
    file.write_text(example, encoding="utf-8")
    assert read(file)["app"] == "main:app"


def test_every_key_of_the_configuration_is_told() -> None:
    kinds = (Settings, Credentials, Account, JWTKey, Waiver)
    keys = {field.name for kind in kinds for field in dataclasses.fields(kind)} - {"folder"}
    untold = [key for key in keys if not re.search(rf"\b{key}\b|--(target-)?{key.replace('_', '-')}\b", README)]
    assert untold == []


def test_what_is_linked_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


def _answering(url: str) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
            return url
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)
