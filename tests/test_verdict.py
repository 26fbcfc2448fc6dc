"""What follows from the outcomes: the design's rules, and that they hold for any outcomes at all."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.settings import Waiver
from conformance.verdict import EXIT_CODES, STATUSES, Outcome, Status, Word, counts, judge, merge, settle, untried
from tests.makers import row, rows

# first ← second ← third, and a SHOULD apart.
CATALOGUE = rows(row("first"), row("second", "first"), row("third", "second"), row("apart", level="SHOULD"))
MISSING = "its test was not run"

settled_outcomes = st.builds(
    Outcome,
    st.sampled_from(list(CATALOGUE)),
    st.sampled_from(STATUSES),
    applies=st.booleans(),
    requests=st.integers(0, 9),
)
waivers = st.builds(Waiver, st.sampled_from([*CATALOGUE, "elsewhere"]), st.just("known"))


def settled(*outcomes: Outcome, waived: tuple[str, ...] = ()) -> dict[str, Outcome]:
    return settle(CATALOGUE, outcomes, [Waiver(name, "known") for name in waived], MISSING)


def verdict(waived: tuple[str, ...] = (), **statuses: Any) -> Word:
    """Judge a run of four passed requirements, but for those that are named."""
    found = dict.fromkeys(CATALOGUE, "passed") | statuses
    outcomes = settled(*(Outcome(id, status) for id, status in found.items()), waived=waived)
    return judge(CATALOGUE, outcomes, [Waiver(name, "known") for name in waived])


def test_what_was_not_tried_is_not_verified() -> None:
    assert settled(Outcome("first", "passed"))["third"] == Outcome("third", "not_verified", MISSING)


def test_what_was_not_tried_has_sent_nothing() -> None:
    assert (settled()["first"].requests, settled()["first"].duration_s) == (0, 0.0)


def test_every_selected_requirement_has_an_outcome_and_no_other() -> None:
    assert list(settled(Outcome("elsewhere", "failed"))) == list(CATALOGUE)


@pytest.mark.parametrize("status", ["failed", "unstable"])
def test_what_fails_after_what_it_depends_on_is_blocked(status: Status) -> None:
    found = settled(Outcome("first", "failed"), Outcome("second", status))["second"]

    assert (found.status, found.blocked_by) == ("blocked", "first")


def test_what_depends_through_another_is_blocked_too() -> None:
    found = settled(Outcome("first", "failed"), Outcome("second", "passed"), Outcome("third", "failed"))["third"]

    assert (found.status, found.blocked_by) == ("blocked", "first")


def test_the_nearest_cause_is_named() -> None:
    found = settled(Outcome("first", "failed"), Outcome("second", "failed"), Outcome("third", "failed"))["third"]

    assert found.blocked_by == "second"


@pytest.mark.parametrize("status", ["passed", "not_verified", "error"])
def test_what_did_not_fail_is_not_blocked(status: Status) -> None:
    assert settled(Outcome("first", "failed"), Outcome("second", status))["second"].status == status


@pytest.mark.parametrize("status", ["passed", "not_verified", "unstable", "error"])
def test_only_what_failed_blocks(status: Status) -> None:
    assert settled(Outcome("first", status), Outcome("second", "failed"))["second"].status == "failed"


def test_a_requirement_outside_the_run_blocks_nothing() -> None:
    alone = rows(row("second", "first"))

    assert settle(alone, [Outcome("second", "failed")], (), MISSING)["second"].status == "failed"


def test_the_evidence_of_what_is_blocked_is_kept() -> None:
    found = settled(Outcome("first", "failed"), Outcome("second", "failed", expected="200", curl="curl -s"))["second"]

    assert (found.expected, found.curl) == ("200", "curl -s")


@pytest.mark.parametrize("status", ["failed", "unstable"])
def test_a_waiver_covers_what_does_not_hold(status: Status) -> None:
    found = settled(Outcome("first", status), waived=("first",))["first"]

    assert (found.status, found.message) == ("waived", "waived: known")


def test_a_waiver_covers_what_is_blocked() -> None:
    found = settled(Outcome("first", "failed"), Outcome("second", "failed"), waived=("second",))

    assert found["second"].status == "waived"


def test_a_waiver_of_what_holds_is_an_error_with_its_own_line() -> None:
    found = settled(Outcome("first", "passed"), waived=("first",))["first"]

    assert found.status == "error"
    assert found.message == "first is waived (known), but it holds: remove the waiver"


@pytest.mark.parametrize("status", ["not_verified", "error"])
def test_a_waiver_says_nothing_about_what_was_not_judged(status: Status) -> None:
    assert settled(Outcome("first", status), waived=("first",))["first"].status == status


def test_a_waiver_of_a_requirement_outside_the_run_does_nothing() -> None:
    assert settled(Outcome("first", "passed"), waived=("elsewhere",))["first"].status == "passed"


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (("passed", "failed"), "failed"),
        (("failed", "error"), "failed"),
        (("error", "unstable"), "error"),
        (("passed", "unstable"), "unstable"),
        (("passed", "not_verified"), "not_verified"),
        (("passed", "passed"), "passed"),
    ],
)
def test_the_worst_of_several_results_is_the_requirements(statuses: tuple[Status, ...], worst: Status) -> None:
    for order in (statuses, statuses[::-1]):
        assert merge(Outcome("first", status) for status in order)["first"].status == worst


def part(status: Status, *operations: str, message: str = "", **more: Any) -> Outcome:
    """Give what one worker says of a requirement, and of its operations all alike."""
    told = tuple({"operation": each, "status": status, "message": message} for each in operations)
    return Outcome("first", status, message, operations=told, partial=True, **more)


IDLE = part("not_verified", applies=False, message="nothing to judge")
UNTRIED = part("not_verified", "GET /a", message="no identifier")


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        (part("passed", "GET /a"), IDLE, "passed"),
        (part("passed", "GET /b"), UNTRIED, "passed"),
        (part("failed", "GET /b"), UNTRIED, "failed"),
        (part("passed", "GET /b"), part("failed", "GET /a"), "failed"),
        (part("passed", "GET /b"), part("not_verified", message="the target is silent"), "not_verified"),
        (part("passed", "GET /b"), part("error", message="the kit failed"), "error"),
        (IDLE, UNTRIED, "not_verified"),
    ],
    ids=range(7),
)
def test_parts_are_merged_to_what_one_process_would_have_said(one: Outcome, other: Outcome, status: Status) -> None:
    for order in ([one, other], [other, one]):
        assert merge(order)["first"].status == status


def test_parts_that_could_not_be_tried_give_all_their_reasons() -> None:
    merged = merge([UNTRIED, IDLE, part("not_verified", "GET /b", message="it is forbidden")])["first"]

    assert (merged.message, merged.applies) == ("GET /a: no identifier; GET /b: it is forbidden", True)


def test_of_many_reasons_the_first_are_named_and_the_others_counted() -> None:
    six = [{"operation": f"GET /{n}", "message": "no identifier"} for n in range(6)]
    four = "; ".join(f"GET /{n}: no identifier" for n in range(4))
    assert (untried(six[:4]), untried(six)) == (four, f"{four}; and 2 more")


def test_a_part_that_fails_keeps_its_own_words_beside_what_was_not_tried() -> None:
    assert merge([part("failed", "GET /b", message="expected 200"), UNTRIED])["first"].message == "expected 200"


def test_of_parts_that_fail_the_shorter_request_is_the_evidence() -> None:
    long, short = part("failed", "GET /a", curl="curl /a?x=1"), part("failed", "GET /b", curl="curl /b")

    for order in ([long, short], [short, long]):
        merged = merge(order)["first"]
        assert merged.curl == "curl /b"
        assert {each["operation"] for each in merged.operations} == {"GET /a", "GET /b"}


def test_the_time_and_the_requests_of_several_results_add_up() -> None:
    merged = merge(Outcome("first", "passed", duration_s=d, requests=n) for d, n in ((0.5, 1), (0.25, 2)))["first"]

    assert (merged.duration_s, merged.requests) == (0.75, 3)


def test_a_run_in_which_all_hold_is_conformant() -> None:
    assert verdict() == "conformant"


def test_a_must_that_failed_decides() -> None:
    assert verdict(first="failed") == "nonconformant"


def test_a_must_that_failed_outweighs_what_is_open() -> None:
    assert verdict(first="failed", second="error", third="not_verified") == "nonconformant"


@pytest.mark.parametrize("status", ["unstable", "error", "not_verified"])
def test_a_must_that_is_open_leaves_the_run_incomplete(status: Status) -> None:
    assert verdict(third=status) == "incomplete"


@pytest.mark.parametrize("status", ["failed", "unstable", "error", "not_verified"])
def test_a_should_never_changes_the_verdict(status: Status) -> None:
    assert verdict(apart=status) == "conformant"


def test_a_must_whose_need_is_not_met_leaves_the_verdict() -> None:
    outcomes = settled(
        *(Outcome(id, "passed") for id in ("first", "second")), Outcome("third", "not_verified", applies=False)
    )

    assert judge(CATALOGUE, outcomes) == "conformant"


def test_a_must_that_is_waived_leaves_the_verdict() -> None:
    assert verdict(waived=("third",), third="failed") == "conformant"


@pytest.mark.parametrize("name", ["third", "apart"])
def test_a_waiver_that_is_not_needed_fails_the_run(name: str) -> None:
    assert verdict(waived=(name,)) == "incomplete"


def test_a_run_in_which_nothing_held_is_never_conformant() -> None:
    nothing = [Outcome(id, "not_verified", applies=False) for id in CATALOGUE]

    assert judge(CATALOGUE, settled(*nothing)) == "incomplete"


def test_a_run_of_waivers_alone_is_never_conformant() -> None:
    assert verdict(waived=tuple(CATALOGUE), **dict.fromkeys(CATALOGUE, "failed")) == "incomplete"


def test_an_empty_run_is_never_conformant() -> None:
    assert judge({}, {}) == "incomplete"


def test_only_conformant_ends_in_zero() -> None:
    assert {word for word, code in EXIT_CODES.items() if code == 0} == {"conformant"}
    assert set(EXIT_CODES) == set(get_args(Word))


def test_the_exit_codes_are_those_of_the_design() -> None:
    assert EXIT_CODES == {"conformant": 0, "nonconformant": 1, "incomplete": 1, "error": 3, "unreachable": 69}


def test_outcomes_are_counted_by_every_status() -> None:
    found = counts([Outcome("first", "passed"), Outcome("second", "passed"), Outcome("third", "failed")])

    assert found == dict.fromkeys(STATUSES, 0) | {"passed": 2, "failed": 1}


@given(st.lists(settled_outcomes), st.lists(waivers, max_size=3))
def test_a_conformant_run_has_no_must_that_is_red_or_open(outcomes: list[Outcome], waived: list[Waiver]) -> None:
    found = settle(CATALOGUE, outcomes, waived, MISSING)

    if judge(CATALOGUE, found, waived) == "conformant":
        musts = [outcome for id, outcome in found.items() if CATALOGUE[id].level == "MUST"]
        assert {each.status for each in musts if each.applies} <= {"passed", "waived"}
        assert any(each.status == "passed" for each in found.values())


@given(st.lists(settled_outcomes), st.randoms())
def test_the_order_of_outcomes_decides_nothing(outcomes: list[Outcome], random: Any) -> None:
    shuffled = list(outcomes)
    random.shuffle(shuffled)

    assert {id: each.status for id, each in settled(*outcomes).items()} == {
        id: each.status for id, each in settled(*shuffled).items()
    }


@given(st.lists(settled_outcomes))
def test_what_is_blocked_names_a_requirement_that_failed(outcomes: list[Outcome]) -> None:
    found = settled(*(each for each in outcomes if each.status != "blocked"))

    causes = {each.blocked_by for each in found.values() if each.status == "blocked"}
    assert all(cause is not None and found[cause].status in ("failed", "blocked") for cause in causes)


@given(st.lists(settled_outcomes))
def test_the_counts_add_up(outcomes: list[Outcome]) -> None:
    assert sum(counts(outcomes).values()) == len(outcomes)


def test_of_several_causes_the_first_that_is_named_is_told() -> None:
    catalogue = rows(row("one"), row("other"), row("last", "one", "other"))
    outcomes = [Outcome(id, "failed") for id in catalogue]

    assert settle(catalogue, outcomes, (), MISSING)["last"].blocked_by == "one"
