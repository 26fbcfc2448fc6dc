"""Holds any HTTP API to what the FastAPI guide says an API should do."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("fastapi-conformance")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0+unknown"
