"""What runs of the suite on faults import, loaded once by the server that they are forked from."""

import gc
import importlib
import pkgutil

import conformance.suite.api
import conformance.suite.guide
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
for package in (conformance.suite.api, conformance.suite.guide):
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
load_all()
# What is here stays: no run's collector need look through it.
gc.freeze()
