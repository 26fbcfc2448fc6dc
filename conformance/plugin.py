"""The pytest plugin: hooks and fixtures, inert in every pytest run that does not collect the suite."""

from collections.abc import Iterator
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
    config.addinivalue_line("markers", "requirement(id): the requirement of the contract that a test verifies")
    if not _collects_suite(config) or config.option.help or config.option.collectonly:
        return
    from conformance.running import Run

    try:
        told = options.settings(config)
        run = Run(config, told)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(run, "conformance-run")


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Any:
    """The client, the drawn values and the credentials, for the requirement of the test."""
    run = request.config.pluginmanager.get_plugin("conformance-run")
    return run.api_of(request.node)


@pytest.fixture
def application(request: pytest.FixtureRequest) -> Any:
    """The application of ``--target-app``, for the requirements that need one."""
    return request.config.pluginmanager.get_plugin("conformance-run").session.target.application


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Any:
    """What the run was told."""
    return request.config.pluginmanager.get_plugin("conformance-run").session.settings


def _collects_suite(config: pytest.Config) -> bool:
    return any(_reaches_suite(config, str(arg)) for arg in config.args)


def _reaches_suite(config: pytest.Config, arg: str) -> bool:
    name = arg.partition("::")[0]
    if config.option.pyargs and (name == "conformance" or name.startswith("conformance.suite")):
        return True
    path = (config.invocation_params.dir / name).resolve()
    return path == SUITE or SUITE in path.parents or path in SUITE.parents


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run still holds, whatever ended it."""
    run = config.pluginmanager.get_plugin("conformance-run")
    if run is not None:
        run.close()
