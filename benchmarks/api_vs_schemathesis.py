"""Compares the api profile with Schemathesis alone, by time and by the faults that each points at.

python benchmarks/api_vs_schemathesis.py times [ROUNDS]
python benchmarks/api_vs_schemathesis.py faults [NAME …]

Both with their default settings, on the same servers. ``times``: wall time on 10 operations, in
alternating rounds, and its growth up to 200. ``faults``: a table in Markdown of the bookshop's
variants; a failure counts for Schemathesis where it does not report it on the right bookshop too.
Needs the `test` extra.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from processes import ENVIRONMENT, ROOT, SCHEMATHESIS, SUITE, served, timed

sys.path.insert(0, str(ROOT))
from fixtures.faults import FAULTS, load_all, right

ROUNDS = 3
SIZES = (10, 50, 200)
MOST_OF_SCHEMATHESIS = 0.5
CONFIGURATION = ROOT / "fixtures" / "implementations" / "tutorial.toml"
CREDENTIALS = tomllib.loads(CONFIGURATION.read_text())["credentials"]
Found = set[tuple[str, str]]


def times(rounds: int) -> int:
    """Measure, print and say by the exit code whether the ratio and the growth are as wanted."""
    kit: dict[int, list[float]] = {size: [] for size in SIZES}
    other: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number in range(rounds + 1):
            for size in SIZES if number else SIZES[:1]:
                with served("benchmarks.resources:app", env={"OPERATIONS": str(size)}) as port:
                    url = f"http://127.0.0.1:{port}"
                    taken = timed([*SUITE, "--profile", "api", "--target-url", url], folder, {0})
                    beside = timed([SCHEMATHESIS, "run", f"{url}/openapi.json"], folder, {0, 1}) if size == 10 else None
                if number:  # the first round only compiles
                    kit[size].append(taken)
                    other += [beside] if beside else []
    for size, seconds in kit.items():
        print(f"api profile, {size:>3} operations{statistics.median(seconds):8.2f} s   {_each(seconds)}")
    print(f"schemathesis, 10 operations {statistics.median(other):8.2f} s   {_each(other)}")
    ratio = statistics.median(kit[10]) / statistics.median(other)
    growth = statistics.median(kit[SIZES[-1]]) / statistics.median(kit[10])
    print(f"api profile / schemathesis, 10 operations{ratio:8.2f}   at most {MOST_OF_SCHEMATHESIS}")
    print(f"{SIZES[-1]} operations / 10 operations{growth:19.2f}   at most {SIZES[-1] / 10:.0f}")
    return int(ratio > MOST_OF_SCHEMATHESIS or growth > SIZES[-1] / 10)


def faults(names: list[str]) -> int:
    """Print which variants each of the two points at, and say whether the suite named all of them rightly."""
    load_all()
    shop = {name: fault for name, fault in FAULTS.items() if fault.base == "tutorial"}
    chosen = names or list(shop)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        folder = Path(temporary)
        (folder / "contract.json").write_text(json.dumps(right("tutorial").openapi()))
        # What it reports on the right app in any of three runs says nothing about a fault.
        usual: Found = set().union(
            *pool.map(schemathesis_finds, ["tutorial"] * 3, [folder / f"right{n}" for n in range(3)])
        )
        rows = list(pool.map(lambda name: (name, compare(name, folder, usual)), chosen))
    print("| variant | requirement | the suite fails | schemathesis finds |\n| --- | --- | --- | --- |")
    for name, (kit, other) in rows:
        print(f"| {name} | {shop[name].requirement} | {', '.join(sorted(kit)) or '-'} | {_named(other)} |")
    caught = [name for name, (kit, _) in rows if shop[name].requirement in kit]
    exact = [name for name, (kit, _) in rows if kit == {shop[name].requirement}]
    beside = [name for name, (_, other) in rows if other]
    print(f"\nOf {len(rows)} variants: the suite names {len(caught)} by their requirement, {len(exact)} by it alone;")
    print(f"schemathesis reports on {len(beside)} what it does not report on the right app.")
    return int(len(caught) < len(rows))


def compare(name: str, folder: Path, usual: Found) -> tuple[set[str], Found]:
    """Give the requirements that fail on a variant, and what schemathesis finds on it."""
    return suite_fails(name, folder), schemathesis_finds(name, folder / name) - usual


def suite_fails(name: str, folder: Path) -> set[str]:
    """Give the requirements that fail on a variant."""
    words = ["--profile", "api", "--target-config", str(CONFIGURATION), "--report-dir", str(folder / name / "suite")]
    if FAULTS[name].has_contract:
        words += ["--openapi", str(folder / "contract.json")]
    with served(f"fixtures.faults:{name}") as port:
        _quietly([*SUITE, *words, "--target-url", f"http://127.0.0.1:{port}"], folder)
    report = json.loads((folder / name / "suite" / "report.json").read_text())
    return {row["id"] for row in report["requirements"] if row["status"] == "failed"}


def schemathesis_finds(name: str, folder: Path) -> Found:
    """Give the checks and operations of the failures that schemathesis reports, which gets a token and a key."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(f"fixtures.faults:{name}") as port:
        url = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {_token(url)}", "X-API-Key": CREDENTIALS["api_key"]}
        given = [word for header, value in headers.items() for word in ("-H", f"{header}: {value}")]
        report = folder / "st.json"
        told = ["--report", "json", "--report-json-path", str(report)]
        _quietly([str(SCHEMATHESIS), "run", f"{url}/openapi.json", *given, *told], folder)
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {"failures": []}
    failed = {(failure["code"], operation) for failure in found["failures"] for operation in failure["operations"]}
    # A document that it cannot read is found too.
    return failed if report.exists() else failed | {("document", "")}


def _token(url: str) -> str:
    form = urlencode({**CREDENTIALS["user"], "scope": "items orders"}).encode()
    with urlopen(f"{url}/token", form) as answer:
        return str(json.loads(answer.read())["access_token"])


def _quietly(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)


def _each(seconds: list[float]) -> str:
    return f"({' '.join(f'{each:.2f}' for each in sorted(seconds))})"


def _named(found: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(f"{code} {operation}".strip() for code, operation in found)) or "-"


if __name__ == "__main__":
    os.chdir(ROOT)
    if sys.argv[1:2] == ["times"]:
        sys.exit(times(int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS))
    if sys.argv[1:2] == ["faults"]:
        sys.exit(faults(sys.argv[2:]))
    raise SystemExit(__doc__)
