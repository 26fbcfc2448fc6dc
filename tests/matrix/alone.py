"""What Schemathesis reports, with its default settings, on the faults that it can be shown."""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from fixtures.faults import FAULTS
from fixtures.faults._bases import CONFIGURATION
from tests.fault_runs import BOOKSHOP
from tests.matrix.figures import Figures, Finding
from tests.servers import uvicorn

PROGRAM = Path(sys.executable).with_name("st")
# What it reports on the right app in any of these runs says nothing about a fault.
_ON_RIGHT = 3
_PATIENCE = 600
# The files that hold the accounts of the right apps with accounts, by base.
_ACCOUNTS = {"reference": CONFIGURATION, "tutorial": BOOKSHOP}


def shown(names: Iterable[str]) -> list[str]:
    """Give those of some faults that it can be shown: what one server shows without being started anew."""
    return [name for name in names if name in FAULTS and FAULTS[name].base in ("guide", *_ACCOUNTS)]


def measured(names: list[str], figures: Figures) -> Iterator[str]:
    """Run it on some faults, two at a time, and give the name of each when its figures are there."""
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        folder = Path(temporary)
        for base in sorted({FAULTS[name].base for name in names} - set(figures["usual"])):
            again = [folder / f"{base}{number}" for number in range(_ON_RIGHT)]
            found = pool.map(lambda each, base=base: findings(f"fixtures.faults:{base}", base, each), again)
            figures["usual"][base] = sorted(set().union(*found))
        waiting = [
            (name, pool.submit(findings, f"fixtures.faults:{name}", FAULTS[name].base, folder / name)) for name in names
        ]
        for name, future in waiting:
            usual = {(code, operation) for code, operation in figures["usual"][FAULTS[name].base]}
            figures["alone"][name] = sorted(future.result() - usual)
            yield name


def findings(application: str, base: str, folder: Path) -> set[Finding]:
    """Give the checks and operations of the failures that it reports."""
    folder.mkdir(parents=True)
    report = folder / "st.json"
    with uvicorn(application) as url:
        words = [str(PROGRAM), "run", f"{url}/openapi.json", "--report", "json", "--report-json-path", str(report)]
        try:
            subprocess.run(
                [*words, *_credentials(url, base)], cwd=folder, capture_output=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            return {("time", "")}
    # A document that it cannot read is found too.
    if not report.exists():
        return {("document", "")}
    told: dict[str, Any] = json.loads(report.read_text())
    return {(failure["code"], operation) for failure in told["failures"] for operation in failure["operations"]}


def _credentials(url: str, base: str) -> list[str]:
    if base not in _ACCOUNTS:
        return []
    credentials = tomllib.loads(_ACCOUNTS[base].read_text())["credentials"]
    headers = {"X-API-Key": credentials["api_key"]}
    try:
        with urlopen(f"{url}/token", urlencode(credentials["user"]).encode()) as answer:
            headers["Authorization"] = f"Bearer {json.loads(answer.read())['access_token']}"
    except (OSError, ValueError, KeyError):
        pass  # the fault is in the tokens
    return [word for header, value in headers.items() for word in ("-H", f"{header}: {value}")]
