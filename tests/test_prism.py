"""Mock servers that Prism makes of documents in the style of public APIs, held to those documents.

Needs Node and what `npm install` puts into tests/prism/node_modules (`tox -e prism` does). What a mock
cannot do, as it stores nothing and looks at no credential, is waived in the configurations beside the
documents, each with its reason: a failure beyond that is a fault of the suite.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import ROOT, run_command
from tests.servers import free_port, wait_until_open

PRISM = ROOT / "tests" / "prism"
COMMAND = PRISM / "node_modules" / ".bin" / "prism"
DOCUMENTS = sorted((PRISM / "documents").iterdir())

pytestmark = pytest.mark.skipif(
    not COMMAND.exists(), reason="Prism is not installed: npm install in tests/prism, or tox -e prism"
)


@contextlib.contextmanager
def mocked(document: Path) -> Iterator[str]:
    """Serve a document's mock and give its base URL."""
    port = free_port()
    words = [str(COMMAND), "mock", "--port", str(port), "--verboseLevel", "error", str(document)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until_open(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        # Prism's command starts Node once more: both end with their group.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.stem for document in DOCUMENTS])
def test_a_mock_of_a_document_fails_nothing_but_what_a_mock_cannot_do(document: Path, tmp_path: Path) -> None:
    configuration = PRISM / f"{document.stem}.toml"

    with mocked(document) as url:
        words = ["--target-url", url, "--openapi", str(document), "--target-config", str(configuration)]
        run = run_command(tmp_path, "--profile", "api", "--effort", "quick", *words)

    assert run.of_status("failed", "error", "unstable") == [], run.output
    assert run.of_status("passed"), run.output
