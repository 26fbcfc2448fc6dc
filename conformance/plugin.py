"""The pytest plugin: hooks and fixtures, inert in every pytest run that does not collect the suite."""

from pathlib import Path
from typing import Any

import pytest

from conformance import options
from conformance.settings import UsageError

SUITE = Path(__file__).parent / "suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the kit's options."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Set up a run of the suite, if this is one."""
    config.addinivalue_line("markers", "ahead: begun when the run begins, since it mostly waits")
    config.addinivalue_line("markers", "idle: disturbs nobody while it waits, and is asked for after what is timed")
    config.addinivalue_line("markers", "timed: measures time, and runs when nothing else does")
    config.addinivalue_line("markers", "last: judges what the other tests have seen")
    config.addinivalue_line("markers", "shared: is about operations, which workers share")
    config.addinivalue_line("markers", "requirement(id): the requirement of the contract that a test verifies")
    if config.args_source is config.ArgsSource.INVOCATION_DIR and config.invocation_params.dir == SUITE.parents[1]:
        # pytest takes an option's value that is a folder for a place to look for its own settings, and
        # then misses those of this checkout, which name the suite.
        config.args = [str(SUITE)]
    if not _collects_suite(config) or config.option.help or config.option.collectonly:
        return
    from conformance.running import Run
    from conformance.sharing import Sharing

    try:
        told = options.settings(config)
        run = Run(config, told)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    # An application in this process may ask for a random number while Hypothesis draws values beside it.
    config.addinivalue_line("filterwarnings", "ignore:Do not use the `random` module inside strategies")
    config.pluginmanager.register(run, "conformance-run")
    config.pluginmanager.register(Fixtures(run), "conformance-fixtures")
    if told.profile == "api":
        config.pluginmanager.register(Sharing(config), "conformance-sharing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse the suite's tests where a folder far above them was collected, and nothing is set up for them."""
    if config.option.collectonly or config.pluginmanager.has_plugin("conformance-run"):
        return
    if any(SUITE in item.path.parents for item in items):
        raise pytest.UsageError(f"the conformance suite runs alone: name it ({SUITE}) or --pyargs conformance.suite")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run still holds, whatever ended it."""
    run = config.pluginmanager.get_plugin("conformance-run")
    if run is not None:
        run.close()


class Fixtures:
    """What suite tests ask for, registered for a run of the suite only: elsewhere these names are others'."""

    def __init__(self, run: Any) -> None:
        self.run = run

    @pytest.fixture
    def api(self, request: pytest.FixtureRequest) -> Any:
        """The client, the drawn values and the credentials, for the requirement of the test."""
        return self.run.api_of(request.node)

    @pytest.fixture
    def application(self) -> Any:
        """The application of ``--target-app``, for the requirements that need one."""
        return self.run.session.target.application

    @pytest.fixture
    def settings(self) -> Any:
        """What the run was told."""
        return self.run.session.settings


def _collects_suite(config: pytest.Config) -> bool:
    return any(_reaches_suite(config, str(arg)) for arg in config.args)


def _reaches_suite(config: pytest.Config, arg: str) -> bool:
    name = arg.partition("::")[0]
    if config.option.pyargs and (name == "conformance" or name.startswith("conformance.suite")):
        return True
    path = (config.invocation_params.dir / name).resolve()
    # Of the folders above only the package's and the checkout's are about the suite: another may be
    # somebody's project, whose virtual environment has the kit in it.
    return SUITE in path.parents or path in (SUITE, *SUITE.parents[:2])
