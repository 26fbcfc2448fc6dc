"""The right implementations, and what the suite says of them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests import whole
from tests.fault_runs import BOOKSHOP
from tests.harness import ROOT, read_report, run_many
from tests.matrix.figures import Figures, green
from tests.servers import free_port, uvicorn, wait_until_open

NODE = ROOT / "fixtures" / "implementations" / "node"
EXPRESS = "Express, on Node.js"
WHOLE = "a whole app by other means"
UNDER = "the guide's app under FastAPI "
APPS = {
    "the guide's app": "fixtures.implementations.guide:app",
    "Starlette": "fixtures.implementations.starlette_app:app",
    "Litestar": "fixtures.implementations.litestar_app:app",
    "Quart": "fixtures.implementations.quart_app:app",
    "Django Ninja": "fixtures.implementations.ninja_app:app",
}
BY_APPLICATION = {
    "the guide's app, in process": ["--target-app", APPS["the guide's app"], "--profile", "core"],
    "the tutorial's bookshop": [
        *("--target-app", "fixtures.faults:tutorial", "--profile", "api", "--target-config", str(BOOKSHOP))
    ],
    "the reference app": [],
    "the reference app, as any API": ["--profile", "api"],
}


def measured(folder: Path, figures: Figures) -> Iterator[str]:
    """Run the suite on each, one at a time, and give its name when its figures are there."""
    folder.mkdir(parents=True, exist_ok=True)
    figures["right"].clear()
    planned = BY_APPLICATION | {WHOLE: whole.arguments(folder)}
    for name, run in run_many(folder, list(planned.items()), workers=1):
        figures["right"][name] = green(run.report)
        yield name
    for name, application in APPS.items():
        with uvicorn(application) as url:
            yield from _by_url(name, url, folder, figures)
    if npm := shutil.which("npm"):
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=NODE, check=True)
        port = free_port()
        with subprocess.Popen(["node", "server.js"], cwd=NODE, env={"PORT": str(port)}) as server:
            try:
                wait_until_open(port, server)
                yield from _by_url(EXPRESS, f"http://127.0.0.1:{port}", folder, figures)
            finally:
                server.terminate()
    for report in sorted(ROOT.glob(".tox/fastapi*/tmp/report*/report.json")):
        [installed] = report.parents[1].glob("served/lib/python*/site-packages/fastapi-*.dist-info")
        version = installed.stem.removeprefix("fastapi-")
        name = f"{UNDER}{version}, {'in process' if report.parent.name == 'report-app' else 'by a command'}"
        figures["right"][name] = green(read_report(report.parent))
        yield name


def _by_url(name: str, url: str, folder: Path, figures: Figures) -> Iterator[str]:
    title = by_url(name)
    [(_, run)] = run_many(folder, [(title, ["--target-url", url, "--profile", "core"])], workers=1)
    figures["right"][title] = green(run.report)
    yield title


def by_url(name: str) -> str:
    """Give what a right implementation is called where its server is checked."""
    return f"{name}, by URL"
