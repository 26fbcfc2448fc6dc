"""What runs of the suite on faults import, loaded once by the server that they are forked from."""

import importlib

from fixtures.faults import load_all

MODULES = (
    "conformance.plugin",
    "conformance.running",
    "faker",
    "openapi_spec_validator",
    "pytest_cov.plugin",
    "reference_app.routers",
    "schemathesis.pytest.plugin",
    "schemathesis.specs.openapi.schemas",
    "tests.harness",
    "uvicorn",
    "xdist.looponfail",
    "xdist.plugin",
)

for module in MODULES:
    importlib.import_module(module)
load_all()
