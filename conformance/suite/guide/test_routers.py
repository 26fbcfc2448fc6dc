"""Guide section 11: routers keep what belongs together together."""

from conformance.checks import expect
from conformance.properties import Api, requirement
from conformance.suite import documents


@requirement("users-tagged")
def test_the_operations_on_users_are_tagged(api: Api) -> None:
    document = documents.fetch(api)
    found = [each for each in document.operations() if f"{document.route(each)}/".startswith("/users/")]
    expect(bool(found), document.exchange, "operations under /users in the document")
    for operation in found:
        told = f"{operation.method} {document.route(operation)} has {operation.tags or 'no tags'}"
        expect("users" in operation.tags, document.exchange, "the tag users", told)
