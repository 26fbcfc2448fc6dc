"""Runs the installed kit from an empty folder against the guide's app, as somebody who has no checkout would.

python check_wheel.py GUIDE_APP TARGET_PACKAGES

A script, not a test: `tox -e wheel` starts it in an environment into which the wheel was installed.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

_START_SECONDS = 30


def main(guide: Path, packages: Path) -> int:
    """Check the environment, serve the guide's app and run the suite; give the suite's exit code."""
    for absent in ("fastapi", "fixtures", "tests"):
        if importlib.util.find_spec(absent):
            raise SystemExit(f"{absent} can be imported here: this environment has more than the wheel")
    with tempfile.TemporaryDirectory() as folder:
        served, empty = Path(folder, "served"), Path(folder, "empty")
        served.mkdir()
        empty.mkdir()
        shutil.copy(guide, served / "main.py")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "main:app", "--port", str(port), "--log-level", "warning"],
            cwd=served,
            env={**os.environ, "PYTHONPATH": str(packages)},
        )
        try:
            _wait_for(f"{url}/health", server)
            suite = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "--target-url", url]
            code = subprocess.call(suite, cwd=empty)
            if not (empty / "conformance-report" / "report.json").is_file():
                raise SystemExit("the run left no report.json")
            return code
        finally:
            server.terminate()
            server.wait(timeout=10)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the guide's app does not answer at {url}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
