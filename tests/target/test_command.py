"""A started command finds its program as its user would, and what is installed beside the kit."""

from pathlib import Path

import pytest

from conformance.settings import UsageError
from conformance.target.command import Process

PROGRAM = "uvicorn"


def output_of(command: str, folder: Path) -> str:
    process = Process(command, folder, {})
    try:
        assert process.wait(30) == 0, process.output()
        return process.output()
    finally:
        process.close()


def test_a_program_beside_the_kit_is_found_in_an_environment_that_is_not_activated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "uvicorn" in output_of(f"{PROGRAM} --version", tmp_path)


def test_the_path_that_is_set_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / PROGRAM
    own.write_text("#!/bin/sh\necho mine\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert output_of(PROGRAM, tmp_path) == "mine\n"


def test_a_program_that_is_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--target-command 'no-such-program' cannot be started"):
        Process("no-such-program", tmp_path, {})
