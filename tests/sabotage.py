"""A plugin that breaks a run from within, as ``SABOTAGE`` in the environment says: ``-p tests.sabotage``."""

import os
import resource
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from conformance import account, running
from conformance.properties import Draws
from conformance.session import Session

KIND = os.environ.get("SABOTAGE", "")
SIGNAL = int(os.environ.get("SABOTAGE_SIGNAL", signal.SIGINT))


def pytest_configure(config: pytest.Config) -> None:
    if KIND == "strategy":
        _replace(Draws, "examples", _bug)
    if KIND == "report":
        _replace(account, "write", _bug)
    if KIND == "opening":
        _replace(running, "open_target", _bug)
    if KIND == "full disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
    if KIND == "signal at the probe":
        _replace(Session, "probe", _signal)
    if KIND == "signal at the clean-up":
        _replace(Session, "finish", _signal)
    if KIND == "signal at the report":
        write = vars(account)["write"]

        def interrupted(*arguments: Any) -> Any:
            _signal()
            return write(*arguments)

        _replace(account, "write", interrupted)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    if KIND == "hook":
        _bug()
    if KIND == "signal at collection":
        _signal()
    for item in items:
        if isinstance(item, pytest.Function) and item.name == "test_the_root_answers_a_message":
            if KIND == "check":
                item.obj = lambda api: _bug()
            if KIND == "signal in a test":
                item.obj = lambda api: _signal()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if KIND == "worker" and os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
        os.kill(os.getpid(), signal.SIGKILL)


def _replace(owner: Any, name: str, function: Any) -> None:
    setattr(owner, name, function)


def _bug(*arguments: Any) -> None:
    raise ZeroDivisionError("a bug")


def _signal(*arguments: Any) -> None:
    os.kill(os.getpid(), SIGNAL)
