"""Work shared between the workers of pytest-xdist: every test about operations is there once for each worker's part."""

from typing import Any

import pytest


class Sharing:
    """Hooks of a run of the api profile under xdist: which part a test is about is its ``api`` fixture's parameter."""

    def __init__(self, config: pytest.Config) -> None:
        self.parts = int(getattr(config, "workerinput", {}).get("workercount", 1))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each part."""
        if self.parts > 1 and metafunc.definition.get_closest_marker("shared"):
            parts = [(number, self.parts) for number in range(1, self.parts + 1)]
            names = [f"part {number} of {of}" for number, of in parts]
            metafunc.parametrize("api", parts, ids=names, indirect=True)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Give all tests of a part to the same worker, which then explores the API for no other."""
        if config.getoption("dist") == "each":
            return None
        from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

        class ByPart(LoadScopeScheduling):  # type: ignore[misc]  # as above
            def _split_scope(self, nodeid: str) -> str:
                return nodeid.rpartition("::")[2].partition("[")[2]

        return ByPart(config, log)


def part_of(item: pytest.Item) -> tuple[int, int]:
    """Give which of how many parts of the operations a collected test is about."""
    told = item.callspec.params.get("api") if hasattr(item, "callspec") else None
    return told if told is not None else (1, 1)
