"""What is written down twice says the same, and the action runs as it is written."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from conformance.catalogue.__main__ import contract
from tests.harness import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def required(path: str) -> list[str]:
    """Give the lines of a requirements file that name something."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_reference_extra_is_what_the_image_installs() -> None:
    assert sorted(EXTRAS["reference"]) == sorted(required("reference_app/requirements.txt"))


def test_the_test_extra_has_what_the_implementations_need() -> None:
    assert set(required("fixtures/implementations/requirements.txt")) <= set(EXTRAS["test"])


def test_the_kit_itself_needs_no_framework() -> None:
    named = " ".join(PROJECT["dependencies"]).lower()
    assert not [name for name in ("fastapi", "starlette", "django", "flask", "litestar") if name in named]


def test_the_contract_is_up_to_date() -> None:
    written = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    assert written == contract(), "run: python -m conformance.catalogue > docs/contract.md"


@pytest.fixture
def action() -> dict[str, object]:
    """The last step of the action: the run."""
    document = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = document["runs"]["steps"][-1]
    given = {f"inputs.{name}": str(told.get("default", "")) for name, told in document["inputs"].items()}
    step["env"] = {name: given[value.strip("${} ")] for name, value in step["env"].items()}
    assert isinstance(step, dict)
    return step


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """A folder for PATH in which ``python`` is this one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return folder


def test_the_action_runs_the_suite(action: dict[str, object], bin_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text((ROOT / "fixtures" / "implementations" / "guide.py").read_text(encoding="utf-8"))
    defaults = action["env"]
    assert isinstance(defaults, dict)
    output = tmp_path / "output"
    told = {"TARGET_APP": "main:app", "EFFORT": "quick", "GITHUB_OUTPUT": str(output)}
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", str(action["run"])],
        cwd=tmp_path,
        env={**os.environ, **defaults, **told, "PATH": path},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (line,) = output.read_text().splitlines()
    assert (tmp_path / line.removeprefix("report=")).is_file()
