"""What holds for the kit's own tests and for nobody else's runs."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make every warning an error."""
    config.addinivalue_line("filterwarnings", "error")
