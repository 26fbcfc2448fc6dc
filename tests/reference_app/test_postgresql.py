"""The reference app holds every requirement on PostgreSQL too."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.target.command import free_port
from tests.harness import run_command

PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
# A server of PostgreSQL refuses to run as root: it gives way to a user of its own.
USER = "postgres" if os.geteuid() == 0 else None
STARTED_WITHIN = 60.0


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=str(PROGRAMS))


@pytest.fixture
def database() -> Iterator[str]:
    """Start a server of this test's own and give the address of its database."""
    initdb, server, is_ready = (program(name) for name in ("initdb", "postgres", "pg_isready"))
    if not (initdb and server and is_ready):
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    # A socket's name has an upper limit that pytest's folders come near to.
    folder = tempfile.mkdtemp(prefix="docubot-pg-")
    if USER:
        shutil.chown(folder, USER)
    port = free_port()
    try:
        made = [initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "docubot", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, user=USER, check=True, capture_output=True, cwd=folder)
        told = [server, "-D", f"{folder}/data", "-p", str(port), "-k", folder, "-F", "-c", "listen_addresses=127.0.0.1"]
        with subprocess.Popen(
            told, user=USER, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                await_ready([is_ready, "-h", "127.0.0.1", "-p", str(port)])
                yield f"postgresql://docubot@127.0.0.1:{port}/postgres"
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def await_ready(asked: list[str]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while subprocess.run(asked, capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline, "PostgreSQL does not start"
        time.sleep(0.1)


def test_every_requirement_holds_on_postgresql(database: str, tmp_path: Path) -> None:
    run = run_command(tmp_path, env={**os.environ, "DATABASE_URL": database})

    assert run.of_status("failed", "blocked", "not_verified", "unstable", "error") == [], run.output
    assert run.exit_code == 0, run.output
