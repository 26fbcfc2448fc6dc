"""Whole runs against right targets are conformant, however they are reached and whatever the seed is."""

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from conformance.catalogue import of_profile
from tests.harness import Batch, Run, faults_of, run_command
from tests.servers import Received, Reply, answer, recording, uvicorn

CORE = list(of_profile("core"))
# What only an application in the same process can show.
INSIDE = [id for id, row in of_profile("core").items() if row.needs == "app"]
GUIDE = "fixtures.implementations.guide:app"
QUICK = ["--effort", "quick", "--profile", "core"]
# The right implementations, and what each is made with.
OTHERS = {
    "starlette_app": ["starlette"],
    "litestar_app": ["litestar"],
    "quart_app": ["quart", "quart_cors", "quart_schema"],
    "ninja_app": ["django", "corsheaders", "ninja"],
}
# A target may refuse an address that it has seen, so that even a replay sends another one.
ADDRESS = re.compile(rb"user-[0-9a-f]{16}@")
SEEDS = (0, 1, 2**32 - 1)


@pytest.fixture(scope="module")
def guide() -> Iterator[str]:
    """Serve the guide's app by uvicorn in another process."""
    with uvicorn(GUIDE) as url:
        yield url


@pytest.fixture(scope="module")
def prefixed() -> Iterator[str]:
    """Serve the guide's app under a prefix."""
    with uvicorn("tests.targets:prefixed", "/api/v1") as url:
        yield url


@pytest.fixture(scope="module")
def runs(guide: str, prefixed: str) -> Mapping[str, list[str]]:
    return {
        "by URL": ["--target-url", guide, *QUICK],
        "by application": ["--target-app", GUIDE, *QUICK],
        "with slashes": ["--target-app", "tests.targets:slashed", *QUICK],
        "otherwise": ["--target-app", "tests.targets:otherwise", "--profile", "core"],
        "in other ways": ["--target-app", "tests.targets:in_other_ways", "--profile", "core"],
        "by both": ["--target-url", guide, "--target-app", GUIDE, *QUICK],
        "at standard effort": ["--target-url", guide, "--profile", "core"],
        "under a prefix": ["--target-url", prefixed, *QUICK],
        "under a prefix with a slash": ["--target-url", f"{prefixed}/", *QUICK],
        **{f"seed {seed}": ["--target-url", guide, *QUICK, f"--hypothesis-seed={seed}"] for seed in SEEDS},
        **{name: ["--target-app", f"fixtures.implementations.{name}:app", *QUICK] for name in OTHERS},
    }


@pytest.fixture(scope="module")
def batch(runs: Mapping[str, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    importable = [name for name in runs if not missing(name)]
    with closing(Batch(tmp_path_factory.mktemp("runs"), importable, runs.__getitem__)) as batch:
        yield batch


def missing(name: str) -> list[str]:
    return [module for module in OTHERS.get(name, []) if importlib.util.find_spec(module) is None]


def assert_conformant(run: Run, *open_: str) -> None:
    """See that a run verified all but what is left ``open_``."""
    assert run.of_status("failed", "blocked", "waived", "unstable", "error") == [], run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0), run.output
    assert set(run.of_status("not_verified")) == set(open_), run.output
    assert len(run.report["requirements"]) == len(CORE)
    assert faults_of(run.report) == []


@pytest.mark.parametrize(
    "name",
    [
        "by URL",
        "at standard effort",
        "under a prefix",
        "under a prefix with a slash",
        *(f"seed {seed}" for seed in SEEDS),
    ],
)
def test_the_guides_app_is_conformant_by_url(name: str, batch: Batch) -> None:
    assert_conformant(batch.run(name), *INSIDE)


def test_the_guides_app_is_conformant_by_application(batch: Batch) -> None:
    assert_conformant(batch.run("by application"))


def test_an_app_whose_paths_end_in_slashes_is_conformant(batch: Batch) -> None:
    assert_conformant(batch.run("with slashes"))


def test_an_app_with_the_ways_of_other_frameworks_is_conformant(batch: Batch) -> None:
    # What stands around FastAPI hides its dependencies.
    assert_conformant(batch.run("otherwise"), "override-user")


def test_an_app_with_other_ways_of_fastapi_is_conformant(batch: Batch) -> None:
    assert_conformant(batch.run("in other ways"))


def test_an_application_beside_a_url_shows_what_it_can(batch: Batch) -> None:
    # The requests go to the URL, where an override in this process changes nothing.
    assert_conformant(batch.run("by both"), "override-user")


@pytest.mark.parametrize("name", OTHERS)
def test_another_right_implementation_is_conformant(name: str, batch: Batch) -> None:
    if missing(name):
        pytest.skip(f"needs {', '.join(missing(name))}: pip install -r fixtures/implementations/requirements.txt")

    run = batch.run(name)

    # What the contract only recommends, a framework may see in another way.
    assert {id for id in run.of_status("failed") if of_profile("core")[id].level == "MUST"} == set(), run.output
    assert run.of_status("blocked", "unstable", "error") == [], run.output
    # Another framework has no dependencies to override.
    assert run.of_status("not_verified") == ["override-user"], run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0)
    assert faults_of(run.report) == []


@pytest.mark.parametrize("kind", ["url", "app"])
def test_a_run_in_parallel_is_conformant(kind: str, guide: str, tmp_path: Path) -> None:
    target = guide if kind == "url" else GUIDE

    run = run_command(tmp_path, f"--target-{kind}", target, *QUICK, "-n", "2")

    assert_conformant(run, *(INSIDE if kind == "url" else ()))
    # Each of the workers made some of them.
    assert sorted(each["path"] for each in run.report["leftovers"]) == ["/events", "/upload", "/users"]


def test_a_seed_is_told_and_kept(batch: Batch) -> None:
    run = batch.run("seed 1")

    assert run.report["seed"] == 1
    assert "seed 1" in run.output


def test_every_run_draws_a_seed_of_its_own(batch: Batch) -> None:
    seeds = [batch.run(name).report["seed"] for name in ("by URL", "by application", "by both")]

    assert len(set(seeds)) == 3


def relay(url: str) -> Reply:
    """Answer as the target at a URL does."""

    def reply(request: Received) -> bytes:
        connection = HTTPConnection(url.removeprefix("http://"))
        with closing(connection):
            headers = {name: value for name, value in request.headers if name.lower() != "connection"}
            connection.request(request.method, request.path, request.body or None, headers)
            found = connection.getresponse()
            return answer(found.status, found.read(), found.getheader("Content-Type", ""))

    return reply


def test_a_seed_replays_what_was_sent(guide: str, tmp_path: Path) -> None:
    # A failing target is asked more, for as long as there is time to look for a smaller value.
    values = ["--section", "parameters", "--section", "request-body", "--section", "uploads", "--profile", "core"]
    seen = []
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        with recording(relay(guide)) as target:
            run = run_command(tmp_path / name, "--target-url", target.url, *values, f"--hypothesis-seed={seed}")
        assert run.verdict == "conformant", run.output
        seen.append(sorted((each.method, each.path, ADDRESS.sub(b"", each.body)) for each in target.received))

    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_a_failure_reads_whole_in_the_terminal(tmp_path: Path) -> None:
    run = run_command(tmp_path, "--target-app", "fixtures.faults:item_shape", *QUICK, "--section", "response-model")

    for part in ("item-shape  (guide 7", "the guide", "sent", "expected", "actual", "hint", "reproduce", "rerun"):
        assert part in run.output
    assert run.output.rstrip().splitlines()[-1].startswith("=")
    assert "verdict: nonconformant (core, 3 of 77 requirements)" in run.output
    assert "Traceback" not in run.output


def waiver(folder: Path, requirement: str) -> str:
    file = folder / "conformance.toml"
    file.write_text(f'[[waivers]]\nrequirement = "{requirement}"\nreason = "known"\n')
    return f"--target-config={file}"


def test_a_waiver_of_what_fails_makes_the_run_conformant(tmp_path: Path) -> None:
    target = [
        "--target-app",
        "fixtures.faults:health_ok",
        "--requirement",
        "health-ok",
        "--requirement",
        "root-message",
    ]

    run = run_command(tmp_path, *target, waiver(tmp_path, "health-ok"))

    assert run.of_status("waived") == ["health-ok"]
    assert (run.verdict, run.exit_code) == ("conformant", 0)
    assert "waived: known: health-ok" in run.output.splitlines()


def test_a_waiver_of_what_holds_fails_the_run_with_its_own_line(guide: str, tmp_path: Path) -> None:
    run = run_command(tmp_path, "--target-url", guide, "--section", "routing", waiver(tmp_path, "health-ok"))

    assert run.of_status("error") == ["health-ok"]
    assert (run.verdict, run.exit_code) == ("incomplete", 1)
    assert "health-ok is waived (known), but it holds: remove the waiver" in run.output
    assert "= 5 passed, " in run.output.splitlines()[-1]
    assert ", 1 error in " in run.output.splitlines()[-1]


@pytest.mark.parametrize("name", ["by URL", "by application"])
def test_a_run_leaves_no_item_on_its_target(name: str, batch: Batch) -> None:
    left = batch.run(name).report["leftovers"]

    assert {each["path"] for each in left} == {"/events", "/upload", "/users"}
    assert "the guide has no route that removes one" in json.dumps(left)
