"""What a refusal leaves behind, for whatever reason it refuses."""

from tests.servers import Received
from tests.suite.api.stores import Store, say
from tests.suite.api.test_explore import explored


def test_a_write_that_is_refused_for_what_is_there_already_changes_nothing() -> None:
    store = Store()

    def refuse(each: Received) -> bytes | None:
        value = store.read(each) if each.method == "PUT" else None
        thing = store.things.get(int(each.path.rpartition("/")[2])) if value else None
        if thing is None or value is None:
            return None
        thing["note"] = value.get("note", "")
        return say(409, {"detail": "it is shipped"})

    store.amiss = refuse

    assert explored(store)["api-rejected-changes-nothing"].status == "failed"


def test_a_write_that_is_refused_and_leaves_everything_as_it_was_is_right() -> None:
    store = Store()
    store.amiss = lambda each: say(409, {"detail": "it is shipped"}) if each.method == "PUT" else None

    assert explored(store)["api-rejected-changes-nothing"].status == "passed"
