"""Guide section 21: the application can be tested without a server, and its dependencies replaced."""

from typing import Any

from conformance.checks import CannotTell, expect, expect_object, expect_status, fail
from conformance.properties import Api, requirement
from conformance.settings import Settings
from conformance.suite.guide import _access, _application

_TEST_USER = {"user_id": "test"}


@requirement("override-user")
def test_the_current_user_can_be_replaced(api: Api, application: Any, settings: Settings) -> None:
    overrides = _application.overrides(application)
    if settings.url:
        raise CannotTell("needs the requests to go to the application itself: leave --target-url out", applies=False)
    dependency = _application.current_user(application, settings)
    headers = _access.bearer_headers(api)
    before = api.get("/me", headers=headers)
    # What stays of an override would be the first answer of a second try.
    gone = not api.confirming or before.value != _TEST_USER
    expect(gone, before, "the answer from before the override, since it is gone")
    with _application.replaced(overrides, dependency, lambda: dict(_TEST_USER)):
        during = api.get("/me", headers=headers)
    after = api.get("/me", headers=headers)

    expect_status(during, 200)
    found = expect_object(during)
    expect(found.get("user_id") == "test", during, f"{_TEST_USER}, from the overridden get_current_user")
    unchanged = (before.status, before.answer and before.answer.body) == (
        after.status,
        after.answer and after.answer.body,
    )
    expect(unchanged, after, f"the answer from before the override: {before.received()}")


@requirement("testclient-health")
def test_health_answers_in_the_frameworks_test_client(application: Any) -> None:
    answer = _application.in_test_client(application, "/health")

    expected = "200 from /health in the framework's own test client, its lifespan run"
    if answer.failure:
        fail(None, expected, answer.failure)
    expect(answer.status == 200, None, expected, f"it is {answer.status} {answer.text[:500]}")
