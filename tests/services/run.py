"""Holds FastAPI services of other people, installed from the package index, to the api profile.

python -m tests.services.run FOLDER [NAME …]

Each is installed into an environment of its own in FOLDER, started on the loopback interface with a
store of its own, and asked with the configuration in its folder beside this file. A known defect of a
service is a waiver there, with its evidence. Ends with 1 where anything else fails; what could not be
verified without more knowledge of a service does not count.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

from tests.harness import ROOT, read_report
from tests.servers import free_port, wait_until_open

HERE = Path(__file__).parent
# The first start of a service makes its store.
_START_SECONDS = 300.0


def main(folder: Path, names: list[str]) -> int:
    """Run the suite on each service and say whether all ended as their configurations tell."""
    failed = {name: check(name, folder.resolve() / name) for name in names}
    for name, rows in failed.items():
        print(f"{name}: {', '.join(rows) or 'nothing fails but what is waived'}")
    return int(any(failed.values()))


def check(name: str, environment: Path) -> list[str]:
    """Install and start a service, and give the requirements that fail on it and are not waived."""
    service = tomllib.loads((HERE / name / "service.toml").read_text())
    install(name, environment)
    print(f"=== {name}: {service['about']}", flush=True)
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--profile", "api", "--effort", "quick"]
    words += ["--target-config", str(HERE / name / "conformance.toml"), f"--report-dir={environment}/report"]
    with started(service, HERE / name, environment) as url:
        run = subprocess.run([*words, "--target-url", url], cwd=ROOT, check=False)
    report = read_report(environment / "report")
    if not report:
        return [f"no report (exit code {run.returncode})"]
    return [row["id"] for row in report["requirements"] if row["status"] in ("failed", "unstable", "error")]


def install(name: str, environment: Path) -> None:
    """Install a service, and make its environment unless that is there."""
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
    requirements = HERE / name / "requirements.txt"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)], check=True)


@contextlib.contextmanager
def started(service: dict[str, str], folder: Path, environment: Path) -> Iterator[str]:
    """Start a service with a home of its own, and give its base URL."""
    port = free_port()
    home = tempfile.mkdtemp(prefix=f"service-{folder.name}-")
    variables = {"HOME": home, "PATH": f"{environment}/bin{os.pathsep}{os.environ['PATH']}", "DO_NOT_TRACK": "1"}
    command = shlex.split(service["command"].format(port=port))
    with (environment / "output").open("w") as output:
        server = subprocess.Popen(command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_open(port, server, _START_SECONDS)
        yield f"http://127.0.0.1:{port}{service['base']}"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    known = sorted(file.parent.name for file in HERE.glob("*/service.toml"))
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or known))
