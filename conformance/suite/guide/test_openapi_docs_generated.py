"""Guide section 19: generated requests, valid and not, meet no crash and no undocumented body."""

from collections.abc import Iterator

from conformance.checks import expect
from conformance.exchange import build
from conformance.properties import Api, requirement
from conformance.suite import documents, generation
from conformance.suite.described import Case, matched
from conformance.suite.guide import _generated

# All generated requests present credentials.
_GUARDED = ("/me", "/protected", "/admin", "/usage")


@requirement("openapi-no-5xx")
def test_no_generated_request_crashes_the_api(api: Api) -> None:
    for case in _generated.cases(api):
        status = case.exchange.status
        unset = status == 503 and case.exchange.request.path.startswith("/translate")
        expect(status is None or status < 500 or unset, case.exchange, "any status below 500")


@requirement("openapi-bodies-honest")
def test_every_answer_is_what_its_schema_says(api: Api) -> None:
    for case in [*_generated.cases(api), *_refused(api)]:
        # What is documented for a class of statuses, or by default, the router's own answers need not follow.
        problem = None if case.is_beside_the_operation() else case.contradiction()
        expect(
            problem is None, case.exchange, f"a body that the documented schema of {case.label} accepts", problem or ""
        )


def _refused(api: Api) -> Iterator[Case]:
    document = documents.fetch(api)
    exchanges = api.send_all([build("GET", path) for path in _GUARDED])
    return matched(document, generation.operations(document), exchanges)
