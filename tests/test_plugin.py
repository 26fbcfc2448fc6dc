"""The plugin does nothing in a run that is not the suite's, wherever the kit is installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import conformance
from tests.harness import ROOT, run_command
from tests.servers import recording

OWN = """
import pytest

@pytest.fixture
def api():
    return "mine"

@pytest.mark.parametrize("n", [1, 2])
def test_mine(api, n):
    assert api == "mine"
"""
KIT = Path(conformance.__file__).parent


def run_pytest(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_own.py").write_text(OWN)
    return tmp_path


def test_somebody_elses_tests_run_as_they_always_did(project: Path) -> None:
    done = run_pytest(project, "-W", "error", "--strict-markers")

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert "conformance:" not in done.stdout
    assert [file.name for file in project.iterdir() if file.name != "__pycache__"] == ["test_own.py"]


def test_a_run_that_is_not_the_suites_loads_nothing_that_the_suite_needs(tmp_path: Path) -> None:
    heavy = "{'hypothesis', 'httpx2', 'schemathesis', 'openapi_spec_validator', 'requests', 'uvicorn'}"
    told = f"import sys, conformance.plugin; print({heavy} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", ["api", "settings", "application"])
def test_no_fixture_of_the_kit_is_anywhere_else(name: str, project: Path) -> None:
    (project / "test_own.py").write_text(f"def test_it({name}): ...")

    assert f"fixture '{name}' not found" in run_pytest(project).stdout


def test_a_failure_elsewhere_keeps_its_traceback_and_its_exit_code(project: Path) -> None:
    (project / "test_own.py").write_text("def test_it():\n    assert 1 == 2\n")

    done = run_pytest(project)

    assert done.returncode == 1
    assert "assert 1 == 2" in done.stdout


def test_a_configuration_of_the_same_name_is_not_read_elsewhere(project: Path) -> None:
    (project / "conformance.toml").write_text("no TOML at all")

    assert run_pytest(project).returncode == 0


def test_a_project_whose_virtual_environment_has_the_kit_in_it_is_left_alone(project: Path) -> None:
    packages = project / ".venv" / "lib"
    packages.mkdir(parents=True)
    (packages / "conformance").symlink_to(KIT)

    done = run_pytest(project, str(project))

    assert done.returncode == 0, done.stderr
    assert "2 passed" in done.stdout


@pytest.fixture
def checkout(project: Path) -> Path:
    """Give a copy of the kit within the project, which is the one that its runs load."""
    folder = project / "vendor" / "kit"
    shutil.copytree(KIT, folder / "conformance", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "ERROR: the conformance suite runs alone: name it"),
        (["test_own.py", "vendor/kit/conformance/suite"], "ERROR: no target: name one by"),
    ],
    ids=["found by a search", "named"],
)
def test_the_suite_among_other_tests_is_no_green(
    arguments: list[str], line: str, project: Path, checkout: Path
) -> None:
    done = run_pytest(project, *arguments, env={**os.environ, "PYTHONPATH": str(checkout)})

    assert done.returncode == 4
    assert done.stderr.splitlines()[0].startswith(line)


def test_the_options_are_explained() -> None:
    help_text = run_pytest(ROOT, "--help").stdout

    assert "--target-url=URL" in help_text
    assert "--effort=EFFORT" in help_text


def test_the_suite_can_be_listed_without_a_target(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--pyargs", "conformance.suite", "--collect-only", "-q")

    assert done.returncode == 0
    assert "test_first_api.py" in done.stdout


def test_a_report_folder_that_is_there_already_changes_nothing_about_what_is_run(tmp_path: Path) -> None:
    # pytest looks for its own settings in any folder that it is given, as an option's value too.
    with recording() as target:
        done = run_pytest(ROOT, "--report-dir", str(tmp_path), "--target-url", target.url, "--section", "first-api")

    assert "1 failed" in done.stdout
    assert (tmp_path / "report.json").is_file()


def test_a_rerun_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "a name with 'quotes'.toml"
    with recording() as target:
        file.write_text(f"[target]\nurl = '{target.url}'")
        run = run_command(tmp_path / "first", f"--target-config={file}", "--section", "first-api")
        rerun = run.report["requirements"][0]["rerun"].replace("pytest", f"{sys.executable} -m pytest", 1)
        done = subprocess.run(
            ["bash", "-c", f"{rerun} --report-dir={tmp_path / 'again'} -p no:cacheprovider"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert "root-message" in done.stdout
    assert (tmp_path / "again" / "report.json").is_file()
