"""Every answer is one that the document gives."""

from conformance.checks import CannotTell, Mismatch
from conformance.properties import Api, requirement, shared
from conformance.settings import Settings
from conformance.suite.api import _answers
from conformance.suite.api._explore import survey
from conformance.suite.api._findings import Check, Finding, by_exchange, each_operation
from conformance.suite.api._probes import LIMITED, closed, methods
from conformance.suite.api._survey import Survey
from conformance.suite.operations import Operation

pytestmark = shared

_NOTHING = "no operation of the document gave an answer that this is about"


def _judge(api: Api, settings: Settings, check: Check) -> None:
    each_operation(api, settings, by_exchange(check), _NOTHING)


@requirement("api-no-5xx")
def test_no_request_breaks_the_server(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.server_error)


@requirement("api-success-documented")
def test_every_success_is_documented(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.undocumented_success)


@requirement("api-errors-documented")
def test_every_error_is_documented(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.undocumented_error)


@requirement("api-content-type")
def test_every_content_type_is_documented(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.undocumented_type)


@requirement("api-response-model")
def test_every_body_is_of_its_schema(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.contradicted_schema)


@requirement("api-no-extra-fields")
def test_no_property_is_undeclared(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.undeclared_property)


@requirement("api-response-headers")
def test_required_headers_are_there(api: Api, settings: Settings) -> None:
    _judge(api, settings, _answers.missing_header)


@requirement("api-method-not-allowed")
def test_an_undeclared_method_is_405(api: Api, settings: Settings) -> None:
    def judge(found: Survey, operation: Operation) -> Finding | None:
        tried = [(method, seen) for each, method, seen in methods(found) if each is operation]
        if _answers.is_absent(found, operation):
            return None
        told = [(method, seen) for method, seen in tried if seen.exchange.status not in (None, 401, 403, 429)]
        for method, seen in told:
            expected = f"405 with Allow for {method}, which {operation.template} does not declare"
            if seen.exchange.status != 405:
                return Finding(operation.label, Mismatch(seen.exchange, expected))
            if seen.exchange.answer is None or seen.exchange.answer.header("allow") is None:
                return Finding(operation.label, Mismatch(seen.exchange, expected, "it has no Allow"))
        if tried and not told:
            limited = any(seen.exchange.status == 429 for _, seen in tried)
            reason = LIMITED if limited else "who asks is refused before the method is looked at"
            return Finding(operation.label, untold=reason)
        return Finding(operation.label) if told else None

    each_operation(api, settings, judge, "every path declares every method")


@requirement("api-no-secret-served")
def test_no_answer_holds_a_credential(api: Api, settings: Settings) -> None:
    # Every exchange of the run is watched; here it is seen that there was something to watch.
    closed(survey(api, settings))
    if not list(settings.secrets()):
        raise CannotTell("the run has no credentials that could be served", applies=False)
