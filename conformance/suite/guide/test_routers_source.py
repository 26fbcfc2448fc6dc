"""Guide section 11: routes stand on routers, in more than one module."""

from conformance.checks import expect
from conformance.properties import requirement
from conformance.settings import Settings
from conformance.suite.guide import _source


@requirement("routers-used")
def test_routes_stand_on_routers_in_more_than_one_module(settings: Settings) -> None:
    modules = _source.modules_with_routers(settings)
    told = f"found in: {', '.join(modules) or 'none'}"
    expect(len(modules) > 1, None, "routes on APIRouters in more than one module", told)
