"""The guide's app that the relays stand before, and what a run on it needs while nobody misbehaves."""

from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.hostile.measured import Measured, measure
from tests.servers import uvicorn


@pytest.fixture(scope="session")
def guide() -> Iterator[str]:
    with uvicorn("fixtures.implementations.guide:app") as url:
        yield url


@pytest.fixture(scope="session")
def calm(guide: str, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Give a run with which those on hostile targets are compared."""
    run = measure(tmp_path_factory.mktemp("calm"), "--target-url", guide)
    assert (run.verdict, run.exit_code) == ("conformant", 0), run.output
    return run


@pytest.fixture(scope="session")
def own_document(guide: str) -> str:
    with urlopen(f"{guide}/openapi.json") as answered:
        return str(answered.read().decode())
