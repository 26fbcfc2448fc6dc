"""Installs what a run in this checkout needs into .environment, then runs it.

python run.py suite [pytest options]    the suite; without a target, against the reference app
python run.py tests [pytest options]    the kit's own tests
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".environment"  # not .venv: tox keeps a file of that name
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# What each run installs beside the kit, and what it gives pytest.
EXTRAS = {"suite": "full,reference", "tests": "test"}
# Many tests wait for a target: two processes more than there are cores keep these busy.
ARGUMENTS = {"suite": [], "tests": ["tests", "-n", str((os.cpu_count() or 1) + 2), "--dist", "worksteal"]}


def main(arguments: list[str]) -> int:
    """Do what the command line says and give pytest's exit code."""
    if not arguments or arguments[0] not in EXTRAS:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 4
    if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one learns of it
        print("this needs Python 3.11 or newer")
        return 4
    wanted, *options = arguments
    failed = install(EXTRAS[wanted])
    if failed:
        return failed
    # As if it were activated: a target's command names programs that are installed there.
    path = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", os.defpath)])
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(ENVIRONMENT)}
    return subprocess.call([PYTHON, "-m", "pytest", *ARGUMENTS[wanted], *options], cwd=ROOT, env=env)


def install(extras: str) -> int:
    """Bring the environment up to date; at once when nothing has changed since the last time."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    done = ENVIRONMENT / f"installed-{extras}"
    if PYTHON.exists() and done.exists() and done.read_text() == wanted:
        return 0
    print(f"installing fastapi-conformance[{extras}] into {ENVIRONMENT.name} …", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=not PYTHON.exists())
    failed = subprocess.call([PYTHON, "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[{extras}]"])
    if not failed:
        done.write_text(wanted)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
