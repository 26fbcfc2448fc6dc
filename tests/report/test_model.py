"""report.json: valid by its schema whatever happened, whole or not there, and without credentials."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.catalogue import of_profile
from conformance.ledger import Leftover
from conformance.report.model import FILE, Report, write
from conformance.text import MASK, Masker
from conformance.verdict import STATUSES, Outcome, settle
from tests.harness import faults_of

CORE = of_profile("core")
SECRET = "hunter2-hunter2"


def report(*outcomes: Outcome, **more: Any) -> Report:
    given: dict[str, Any] = {"kind": "url", "url": "http://target", "reach": ("http",), "profile": "core"}
    given |= {"effort": "quick", "seed": 7, "selected": CORE, "rerun": "pytest"} | more
    return Report(**given, outcomes=settle(CORE, outcomes, (), "its test was not run"))


def row(found: dict[str, Any], id: str) -> dict[str, Any]:
    return next(dict(each) for each in found["requirements"] if each["id"] == id)


texts = st.none() | st.text()
outcomes = st.builds(
    Outcome,
    st.sampled_from(list(CORE)),
    st.sampled_from(STATUSES),
    message=st.text(),
    applies=st.booleans(),
    expected=texts,
    actual=texts,
    note=texts,
    sent=texts,
    curl=texts,
    duration_s=st.floats(0, 1e6),
    requests=st.integers(0, 10**6),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(outcomes, max_size=5), st.lists(st.builds(Leftover, st.text(), st.text(), st.text()), max_size=3))
def test_every_report_is_valid_by_its_schema_as_it_is_read(
    tmp_path: Path, found: list[Outcome], left: list[Leftover]
) -> None:
    path = write(report(*found, leftovers=left), tmp_path, Masker())

    assert faults_of(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("key", ["verdict", "counts", "requirements", "target", "seed"])
def test_a_report_without_one_of_its_keys_is_not_valid(key: str) -> None:
    found = report().as_dict(Masker())
    del found[key]

    assert faults_of(found)


def test_every_selected_requirement_is_told() -> None:
    assert [each["id"] for each in report().as_dict(Masker())["requirements"]] == list(CORE)


def test_the_counts_are_those_of_the_requirements() -> None:
    found = report(Outcome("root-message", "passed"), Outcome("health-ok", "failed")).as_dict(Masker())

    assert (found["counts"]["passed"], found["counts"]["failed"]) == (1, 1)
    assert sum(found["counts"].values()) == len(CORE)


def test_a_failure_has_all_its_evidence() -> None:
    failed = Outcome(
        "root-message", "failed", "wrong", expected="an object", actual="200 []", sent="GET /", curl="curl"
    )

    found = row(report(failed).as_dict(Masker()), "root-message")

    assert (found["expected"], found["actual"], found["sent"], found["curl"]) == (
        "an object",
        "200 []",
        "GET /",
        "curl",
    )
    assert found["hint"] == CORE["root-message"].hint
    assert found["rerun"] == "pytest --requirement root-message --hypothesis-seed=7"


def test_what_holds_needs_no_hint() -> None:
    assert row(report(Outcome("root-message", "passed")).as_dict(Masker()), "root-message")["hint"] == ""


@pytest.mark.parametrize("part", ["message", "expected", "actual", "sent", "curl"])
def test_a_credential_is_masked_in_every_part(part: str) -> None:
    told: dict[str, Any] = {"status": "failed", part: f"a {SECRET} b"}
    found = report(Outcome("root-message", **told)).as_dict(Masker([SECRET]))

    assert row(found, "root-message")[part] == f"a {MASK} b"


def test_a_credential_is_masked_in_the_target_the_command_and_what_is_left() -> None:
    left = [Leftover("POST", f"/items/{SECRET}", SECRET)]
    found = report(url=f"http://{SECRET}@host", rerun=f"pytest {SECRET}", leftovers=left).as_dict(Masker([SECRET]))

    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize("word", ["failed", "core", "root-message", "http", "MUST", "conformant", "quick"])
def test_a_password_that_is_a_word_of_the_report_does_not_break_it(word: str) -> None:
    found = report(Outcome("root-message", "failed"), verdict="conformant").as_dict(Masker([word]))

    assert faults_of(found) == []
    assert row(found, "root-message")["status"] == "failed"


def test_a_body_without_end_is_cut_and_its_command_is_not() -> None:
    long = "x" * 3_000_000
    found = row(report(Outcome("root-message", "failed", actual=long, curl=long)).as_dict(Masker()), "root-message")

    assert len(found["actual"]) < 51_000
    assert "more characters" in found["actual"]
    assert found["curl"] == long


def test_a_report_replaces_an_earlier_one(tmp_path: Path) -> None:
    write(report(seed=1), tmp_path, Masker())
    write(report(seed=2), tmp_path, Masker())

    assert json.loads((tmp_path / FILE).read_text())["seed"] == 2
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    assert write(report(), tmp_path / "a" / "b", Masker()).is_file()


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / FILE / "in-the-way").mkdir(parents=True)

    with pytest.raises(OSError, match="directory"):
        write(report(), tmp_path, Masker())
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
