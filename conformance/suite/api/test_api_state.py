"""What is written can be read, and what is refused or deleted leaves nothing behind."""

from conformance.checks import Mismatch
from conformance.properties import Api, requirement, shared
from conformance.settings import Settings
from conformance.suite.api._findings import Finding, each_operation
from conformance.suite.api._state import state
from conformance.suite.api._survey import Survey
from conformance.suite.operations import Operation

pytestmark = shared


def _judge(api: Api, settings: Settings, name: str, nothing: str) -> None:
    def judge(found: Survey, operation: Operation) -> Finding | None:
        known = state(found)
        reads = [each for each in known.reads if each.operation is operation and each.requirement == name]
        for each in reads:
            if not each.held:
                return Finding(operation.label, Mismatch(each.seen.exchange, each.expected, each.note))
        reason = known.untold.get((name, operation.label))
        if not reads and reason is None:
            return None
        return Finding(operation.label, untold="" if reads else reason or "")

    each_operation(api, settings, judge, nothing)


@requirement("api-created-available")
def test_what_was_created_can_be_read(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-created-available", "no documented create was seen to succeed")


@requirement("api-write-read-back")
def test_the_values_that_were_sent_come_back(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-write-read-back", "no write with a read beside it was seen to succeed")


@requirement("api-rejected-changes-nothing")
def test_a_refused_write_changes_nothing(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-rejected-changes-nothing", "no refused write with a read beside it was seen")


@requirement("api-deleted-gone")
def test_what_was_deleted_is_gone(api: Api, settings: Settings) -> None:
    _judge(api, settings, "api-deleted-gone", "no delete of something that the run made was seen to succeed")
