"""What is wrong in every twentieth answer has failed or is unstable at standard effort, and has never passed.

Run as they are, the tests make a run of each requirement alone; ``ALL_FAULTS=1`` in the environment
makes whole runs, in which other tests too ask the routes.
"""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from fixtures.intermittent import NOW_AND_THEN
from tests.harness import Batch


def arguments(name: str) -> list[str]:
    words = ["--target-app", f"fixtures.intermittent:{name.replace('-', '_')}", "--profile", "core"]
    return words if "ALL_FAULTS" in os.environ else [*words, "--requirement", name]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    with closing(Batch(tmp_path_factory.mktemp("intermittent"), NOW_AND_THEN, arguments)) as batch:
        yield batch


@pytest.mark.parametrize("name", NOW_AND_THEN)
def test_what_is_wrong_now_and_then_does_not_pass(name: str, batch: Batch) -> None:
    run = batch.run(name)

    assert run.status(name) in ("failed", "unstable"), run.output
    assert run.exit_code == 1
