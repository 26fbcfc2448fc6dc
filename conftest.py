"""Gives the reference app a database of its own for every run of the suite in this checkout."""

import os
import tempfile

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Name a fresh database, unless one is named or this is no run of the suite."""
    is_worker = hasattr(config, "workerinput")  # its controller has named one
    if is_worker or "DATABASE_URL" in os.environ or not config.pluginmanager.has_plugin("conformance-run"):
        return
    folder = tempfile.TemporaryDirectory(prefix="docubot-", ignore_cleanup_errors=True)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder.name}/docubot.db"
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(lambda: os.environ.pop("DATABASE_URL", None))
