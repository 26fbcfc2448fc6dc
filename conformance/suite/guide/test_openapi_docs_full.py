"""Guide section 19, whole: the document knows every answer that the run has seen."""

from collections.abc import Iterator

from conformance.checks import expect
from conformance.properties import Api, last, requirement
from conformance.suite import documents, generation
from conformance.suite.described import Case, matched
from conformance.suite.guide import _generated, _varied

# A crash has requirements of its own.
_CRASHED = 500


@last
@requirement("openapi-statuses-documented")
def test_every_status_is_documented(api: Api) -> None:
    for case in _all_cases(api):
        if not case.status_is_documented():
            again = _seen_again(api, case)
            told = ", ".join(case.documented_statuses())
            expected = f"one of the statuses documented for {case.label}: {told}"
            expect(again.status_is_documented(), again.exchange, expected)


@last
@requirement("openapi-types-documented")
def test_every_content_type_is_documented(api: Api) -> None:
    for case in _all_cases(api):
        if case.undocumented_type():
            again = _seen_again(api, case)
            problem = again.undocumented_type()
            expected = f"a content type that the document gives for this status of {case.label}"
            expect(problem is None, again.exchange, expected, problem or "")


def _all_cases(api: Api) -> Iterator[Case]:
    document = documents.fetch(api)
    if not api.confirming:
        _generated.cases(api)
    _varied.provoke(api)
    for case in matched(document, generation.operations(document), api.seen()):
        left_out = case.exchange.request.path.partition("?")[0] in _generated.DOCUMENTATION
        if not left_out and case.exchange.status != _CRASHED and not case.is_beside_the_operation():
            yield case


def _seen_again(api: Api, case: Case) -> Case:
    """Give what a request is answered now: an answer that came once may have been an accident."""
    if not api.confirming or case.exchange.status == 429:
        return case
    return Case(case.label, case.operation, api.send(case.exchange.request))
