"""An application in this process: found by its name or refused, served on loopback, and gone at the end."""

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.applications import Starlette

from conformance.settings import UsageError
from conformance.target.application import load, serve


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for modules; what is imported from it is forgotten at the end."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return tmp_path


def starting(app: Any) -> str:
    """Give why an application does not start."""
    with pytest.raises(RuntimeError) as raised, serve(app):
        pass
    assert target_threads() == []
    return str(raised.value)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer hello to everything, and know no lifespan."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def target_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "conformance-target"]


def test_a_module_of_the_folder_is_found(folder: Path) -> None:
    (folder / "one_main.py").write_text("class Holder:\n    async def app(scope, receive, send): ...\n")

    assert load("one_main:Holder.app", folder, {}).__name__ == "app"


def test_variables_are_set_before_the_module_is_imported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    (folder / "two_main.py").write_text("import os\nVALUE = os.environ['GREETING']\nasync def app(s, r, t): ...\n")

    load("two_main:app", folder, {"GREETING": "hello"})

    assert sys.modules["two_main"].VALUE == "hello"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise RuntimeError('no key\\nand more')", "RuntimeError: no key"),
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("def broken(", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
    ids=["raises", "lacks a module", "is no Python", "exits"],
)
def test_a_module_that_does_not_import_says_why_in_one_line(text: str, reason: str, folder: Path) -> None:
    (folder / "three_main.py").write_text(text)

    with pytest.raises(UsageError) as raised:
        load("three_main:app", folder, {})
    assert f"module three_main does not import: {reason}" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["main", "main:", ":app", ""])
def test_a_name_has_two_parts(name: str, folder: Path) -> None:
    with pytest.raises(UsageError, match="name it as MODULE:ATTRIBUTE"):
        load(name, folder, {})


def test_an_application_is_served_on_loopback() -> None:
    with serve(hello) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(url).text == "hello"


def test_nothing_of_it_is_left_at_the_end() -> None:
    with serve(hello) as url:
        pass

    assert target_threads() == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_two_applications_are_served_beside_each_other() -> None:
    with serve(hello) as one, serve(hello) as other:
        assert one != other
        assert httpx.get(other).text == "hello"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("no database", "its start-up failed: no database"),
        ("Traceback:\n  File x\nOSError: no database\n", "its start-up failed: OSError: no database"),
        ("", "its start-up failed"),
    ],
    ids=["a line", "a traceback", "nothing"],
)
def test_a_start_that_fails_is_told_with_its_reason_and_leaves_nothing(message: str, told: str) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": message})

    assert starting(broken) == told


@pytest.mark.parametrize(
    "error",
    [OSError("no\n  database"), ExceptionGroup("group", [ExceptionGroup("inner", [OSError("no database")])])],
    ids=["alone", "in a group"],
)
def test_a_start_that_raises_is_told_by_what_it_raised(error: Exception) -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> Any:
        if app:
            raise error
        yield

    assert starting(Starlette(lifespan=lifespan)) == "its start-up failed: OSError: no database"


@pytest.mark.parametrize(("name", "told"), [("number", "it is an int"), ("text", "it is a str")])
def test_what_is_no_application_is_named_by_its_type(name: str, told: str, folder: Path) -> None:
    (folder / "four_main.py").write_text("number = 1\ntext = ''\n")

    with pytest.raises(UsageError, match=f"is no ASGI application: {told}$"):
        load(f"four_main:{name}", folder, {})
