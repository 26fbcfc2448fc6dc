"""How a run reads: evidence whole and safe, hint and commands beside it, the verdict at the end."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.catalogue import of_profile
from conformance.report import terminal
from conformance.text import Masker
from conformance.verdict import STATUSES, Outcome
from tests.report.test_model import SECRET, report

CORE = of_profile("core")
FAILED = Outcome(
    "item-shape",
    "failed",
    "cost_price is not in the model",
    expected="an object with exactly: id, name, price",
    actual='200 {"id":"9","cost_price":0.4}',
    note="cost_price is not in the model",
    sent="GET /items/9",
    curl="curl -s http://target/items/9",
)


def shown(outcome: Outcome, mask: Masker | None = None) -> str:
    return terminal.failure(
        CORE[outcome.requirement], outcome, "pytest --requirement x", "response model", mask or Masker()
    )


def end_of(*outcomes: Outcome, **more: Any) -> list[str]:
    return [line for line, _ in terminal.summary(report(*outcomes, **more), Masker())]


def test_a_failure_reads_as_designed() -> None:
    lines = shown(FAILED).split("\n")

    assert lines[0] == "item-shape  (guide 7 · response model, MUST)"
    assert [line.split("  ")[1] for line in lines[1:]] == [
        "the guide", "sent", "expected", "actual", "hint", "reproduce", "rerun",
    ]  # fmt: skip
    assert lines[4] == '  actual     200 {"id":"9","cost_price":0.4}     ← cost_price is not in the model'


def test_an_unstable_result_says_that_it_is_one() -> None:
    text = shown(Outcome("item-shape", "unstable", expected="200"))

    assert "· unstable" in text
    assert "failed once and held when it was tried again" in text


def test_an_error_of_the_kit_says_so_and_gives_no_hint() -> None:
    text = shown(Outcome("item-shape", "error", "the kit failed: ValueError"))

    assert "the kit failed: ValueError" in text
    assert "  hint" not in text


def test_a_credential_is_masked_in_every_part() -> None:
    outcome = Outcome(
        "item-shape", "failed", SECRET, expected=SECRET, actual=SECRET, note=f"{SECRET}!", sent=SECRET, curl=SECRET
    )

    assert SECRET not in shown(outcome, Masker([SECRET]))


def test_a_long_body_is_cut_and_what_is_wrong_with_it_is_not() -> None:
    text = shown(Outcome("item-shape", "failed", actual="x" * 1_000_000, note="no end"))

    assert len(text) < 2_000
    assert text.split("\n")[2].endswith("← no end")


def test_a_command_is_whole_or_not_shown() -> None:
    text = shown(Outcome("item-shape", "failed", curl="curl " + "x" * 1_000_000))

    assert "curl x" not in text
    assert "report.json" in text


@given(st.text(), st.sampled_from(["failed", "unstable", "error"]))
def test_nothing_that_a_target_sent_is_obeyed(text: str, status: Any) -> None:
    outcome = Outcome("item-shape", status, text, expected=text, actual=text, note=text, sent=text, curl=text)

    obeyed = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert {c for c in shown(outcome) if unicodedata.category(c) in obeyed} <= {"\n"}


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_sign_of_its_own(status: str) -> None:
    assert [other for other in STATUSES if terminal.letter(other) == terminal.letter(status)] == [status]


def test_the_verdict_and_the_counts_are_the_last_lines() -> None:
    lines = end_of(Outcome("root-message", "passed"), verdict="incomplete", requests=3, duration_s=1.25)

    assert lines[-2].startswith("1 passed, 0 failed, 0 blocked, 0 waived, 76 not verified, 0 unstable, 0 error")
    assert lines[-2].endswith("(3 requests, 1.2 s, seed 7)")
    assert lines[-1] == "verdict: incomplete (core)"


def test_the_verdict_on_a_part_of_the_profile_says_so() -> None:
    part = report(Outcome("root-message", "passed"), verdict="conformant")
    part.selected = {"root-message": CORE["root-message"]}
    part.outcomes = {"root-message": part.outcomes["root-message"]}

    line, _ = list(terminal.summary(part, Masker()))[-1]

    assert line == "verdict: conformant (core, 1 of 77 requirements)"


def test_what_was_not_verified_is_listed_by_name_and_reason() -> None:
    lines = end_of(
        *(Outcome(id, "passed") for id in CORE if id != "ws-hello"), Outcome("ws-hello", "not_verified", "needs X")
    )

    assert "not verified: needs X: ws-hello" in lines


def test_what_is_blocked_names_its_cause() -> None:
    cause = CORE["allow-header"].depends_on[0]

    lines = end_of(Outcome(cause, "failed"), Outcome("allow-header", "failed"))

    assert f"blocked by {cause}: allow-header" in lines


def test_a_section_counts_what_it_verified() -> None:
    lines = end_of(Outcome("root-message", "passed"), Outcome("health-ok", "failed"))

    assert any(line.startswith(" 2 first-api") and line.endswith("1 of 1") for line in lines)
    assert any(line.startswith(" 4 routing") and "0 of 5" in line and "health-ok failed" in line for line in lines)


def test_the_header_names_target_profile_effort_seed_and_reach() -> None:
    assert terminal.header(report(), "none is there") == [
        "conformance: http://target (url; reach http)",
        "conformance: profile core, effort quick, seed 7",
        "conformance: note: none is there",
    ]
