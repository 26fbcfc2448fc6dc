"""What holds for the kit's own tests and for nobody else's runs."""

import signal

import pytest
from hypothesis import settings

# How long a drawn value takes is the machine's matter, and says nothing of the kit.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make every warning an error, except in a run of the suite: the warnings there are its target's."""
    # pytest reads this file whenever it is given a folder that holds it.
    if config.pluginmanager.has_plugin("conformance-run"):
        return
    config.addinivalue_line("filterwarnings", "error")
    # A shell lets what it starts in the background ignore Ctrl-C, and so would all that the tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
