"""Guide section 11: routers keep what belongs together together."""

from conformance.checks import expect
from conformance.properties import Api, requirement
from conformance.suite import documents


@requirement("users-tagged")
def test_the_operations_on_users_are_tagged(api: Api) -> None:
    document = documents.fetch(api)
    found = [o for o in document.operations() if o.route == "/users" or o.route.startswith("/users/")]
    expect(bool(found), document.exchange, "operations under /users in the document")
    for operation in found:
        tags = operation.found.get("tags")
        tagged = isinstance(tags, list) and "users" in tags
        expect(
            tagged, document.exchange, "the tag users", f"{operation.method} {operation.route} has {tags or 'no tags'}"
        )
