"""What the reference app's care costs: requests a second of `GET /search`, bare and with it.

    python benchmarks/reference_load.py [--rounds 5] [--seconds 3]

Each application runs under uvicorn on loopback, one worker each, and takes its turn in every
round: what else the machine does then falls on all of them alike. `wrk` drives them.
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess  # nosec: starts uvicorn and wrk, by absolute path
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

from processes import ROOT, wait_for

sys.path.insert(0, str(ROOT))

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import Scope

from reference_app.core import middleware
from reference_app.core.errors import answer_unexpected
from reference_app.core.metrics import Metrics

TARGET = 0.8
ORIGINS = ["http://localhost:3000"]
PATH = "/search?q=fastapi&limit=5"


def bare() -> FastAPI:
    """One route of the guide, no middleware; on the event loop, which is its quickest form."""
    app = FastAPI()
    app.get("/search")(_search)
    return app


def enveloped() -> FastAPI:
    """The bare application and its envelope, which neither logs nor counts."""
    _log_nothing()
    return _enveloped(NoMetrics())


def logged() -> FastAPI:
    """The bare application and an envelope that logs."""
    return _enveloped(NoMetrics())


def counted() -> FastAPI:
    """The bare application and an envelope that counts."""
    _log_nothing()
    return _enveloped(Metrics())


def cors() -> FastAPI:
    """The bare application and Starlette's CORS, which the reference app has for pages alone."""
    app = bare()
    app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)
    return app


def errors() -> FastAPI:
    """The bare application and JSON answers to unexpected errors."""
    app = bare()
    app.add_middleware(ServerErrorMiddleware, handler=answer_unexpected)
    return app


def router() -> FastAPI:
    """The bare application with its route on a router, as guide section 11 has it."""
    app = FastAPI()
    routed = APIRouter()
    routed.get("/search")(_search)
    app.include_router(routed)
    return app


class NoMetrics(Metrics):
    """Metrics that cost nothing."""

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count nothing."""


async def _search(q: str, limit: int = 10) -> dict[str, str | int]:
    return {"q": q, "limit": limit}


def _enveloped(metrics: Metrics) -> FastAPI:
    app = bare()
    app.add_middleware(middleware.Envelope, metrics=metrics, origins=ORIGINS)
    return app


def _log_nothing() -> None:
    def ignore(method: str, path: str, status: int, seconds: float) -> None:
        pass

    vars(middleware)["log_request"] = ignore


LAYERS = {
    "request id": "enveloped",
    "id and log": "logged",
    "id and metrics": "counted",
    "Starlette's CORS": "cors",
    "error format": "errors",
    "a router": "router",
}


def main() -> int:
    """Measure, print, and fail below the target."""
    options = _options()
    wrk = shutil.which("wrk")
    if not wrk:
        print("wrk is missing: apt-get install wrk")
        return 2
    here = f"{Path(__file__).stem}:"
    applications = {"bare": here + "bare", "reference": "reference_app.main:app"}
    applications |= {f"+ {name}": here + factory for name, factory in LAYERS.items()}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(_served(target)) for name, target in applications.items()}
        rates = _measure(wrk, urls, options.rounds, options.seconds)
    return _report(rates)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    return parser.parse_args()


def _measure(wrk: str, urls: Mapping[str, str], rounds: int, seconds: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in urls}
    for url in urls.values():
        _requests_a_second(wrk, url, 1)  # warm up
    for _ in range(rounds):
        for name, url in urls.items():
            rates[name].append(_requests_a_second(wrk, url, seconds))
    return rates


def _report(rates: Mapping[str, list[float]]) -> int:
    middle = {name: statistics.median(found) for name, found in rates.items()}
    for name, found in rates.items():
        cost = (1 / middle[name] - 1 / middle["bare"]) * 1e6
        print(
            f"{name:18} {middle[name]:8.0f} requests/s  ({min(found):.0f} to {max(found):.0f})"
            f"  {cost:+6.1f} us a request"
        )
    # Each round's own ratio: the two ran seconds apart, under the same load.
    ratio = statistics.median(ours / theirs for ours, theirs in zip(rates["reference"], rates["bare"], strict=True))
    print(f"reference / bare: {ratio:.2f} (at least {TARGET})")
    return 0 if ratio >= TARGET else 1


def _requests_a_second(wrk: str, url: str, seconds: int) -> float:
    command = [wrk, "--threads=1", "--connections=16", f"--duration={seconds}s", url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", output)
    if not found or "Non-2xx" in output:
        raise SystemExit(f"wrk: {output}")
    return float(found[1])


@contextmanager
def _served(target: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        port = _free_port()
        server = _start(target, port, folder, log)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base + PATH, server)
            yield base + PATH
        finally:
            server.terminate()
            server.wait()


def _start(target: str, port: int, folder: str, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "uvicorn", target, f"--port={port}", "--no-access-log"]
    if not target.startswith("reference_app"):
        command.append("--factory")
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    env = os.environ | {"PYTHONPATH": paths}
    return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
