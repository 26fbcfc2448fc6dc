"""What bad input gets: one clear line and exit code 4, before anything is sent to anybody."""

import datetime
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness import Batch, Run, run_command
from tests.servers import recording

# Nothing is there, and nobody asks: a usage error comes first.
URL = ["--target-url", "http://127.0.0.1:9"]
YESTERDAY = datetime.date.today() - datetime.timedelta(days=1)

WRONG: dict[str, tuple[list[str], str]] = {
    "a URL without a scheme": (
        ["--target-url", "localhost:8000"],
        "--target-url 'localhost:8000': a base URL starts with http:// or https:// and names a host",
    ),
    "a URL of another scheme": (["--target-url", "ftp://host/"], "--target-url 'ftp://host/': a base URL starts with"),
    "a URL without a host": (["--target-url", "http://"], "--target-url 'http://': a base URL starts with"),
    "a URL that does not parse": (["--target-url", "http://[::1"], "--target-url 'http://[::1' is no URL: "),
    "a URL of a wrong port": (["--target-url", "http://host:port"], "--target-url 'http://host:port' is no URL: "),
    "a URL with a line end": (["--target-url", "http://host/\n"], "--target-url 'http://host/\\n' is no URL: "),
    "a URL of a port that is none": (
        ["--target-url", "http://127.0.0.1:99999"],
        "--target-url 'http://127.0.0.1:99999' is no URL: port 99999 is none: it is 1 to 65535",
    ),
    "such a URL in parallel": (
        ["--target-url", "http://127.0.0.1:99999", "-n", "2"],
        "--target-url 'http://127.0.0.1:99999' is no URL: port 99999 is none: it is 1 to 65535",
    ),
    "a document of a port that is none": (
        [*URL, "--profile", "api", "--openapi", "http://127.0.0.1:99999/x"],
        "--openapi 'http://127.0.0.1:99999/x' is no URL: port 99999 is none: it is 1 to 65535",
    ),
    "a document where nothing answers": (
        [*URL, "--profile", "api", "--openapi", "http://127.0.0.1:9/x"],
        "--openapi http://127.0.0.1:9/x: nothing answers at http://127.0.0.1:9: the connection is refused: ",
    ),
    "a command without a place for its port": (
        ["--target-command", "python -m http.server"],
        "--target-command 'python -m http.server' has no {port}: it cannot be told where to serve",
    ),
    "a program that is none": (
        [*URL, "--target-command", "no-such-program --port {port}"],
        "--target-command 'no-such-program --port {port}' cannot be started: there is no program 'no-such-program'",
    ),
    "a program that is none of the folder's": (
        [*URL, "--target-command", "./no-such-program --port {port}"],
        "--target-command './no-such-program --port {port}' cannot be started: there is no program './no-such-program'",
    ),
    "a URL with a query": (
        ["--target-url", "http://host/?a=1"],
        "--target-url 'http://host/?a=1': a base URL has no query",
    ),
    "an empty URL": (["--target-url", ""], "no target: name one by --target-url URL"),
    "two URLs": ([*URL, *URL], "--target-url is given 2 times: one run checks one target"),
    "two applications": (["--target-app", "a:b", "--target-app", "c:d"], "--target-app is given 2 times"),
    "an application that is no name": (["--target-app", "main"], "--target-app 'main': name it as MODULE:ATTRIBUTE"),
    "a module that is not there": (
        ["--target-app", "no_such_module:app"],
        "--target-app no_such_module:app: module no_such_module does not import: ModuleNotFoundError: No module named",
    ),
    "a module that fails": (
        ["--target-app", "tests.broken_module:app"],
        "--target-app tests.broken_module:app: module tests.broken_module does not import: RuntimeError: Missing KEY",
    ),
    "an attribute that is not there": (
        ["--target-app", "fixtures.implementations.guide:application"],
        (
            "--target-app fixtures.implementations.guide:application: "
            "module 'fixtures.implementations.guide' has no attribute"
        ),
    ),
    "an attribute that fails": (
        ["--target-app", "fixtures.faults:no_such"],
        "--target-app fixtures.faults:no_such: no fault",
    ),
    "what is no application": (
        ["--target-app", "json:__name__"],
        "--target-app json:__name__ is no ASGI application: it is a str",
    ),
    "what takes something else": (
        ["--target-app", "json:loads"],
        "--target-app json:loads is no ASGI application: it does not",
    ),
    "a WSGI application": (
        ["--target-app", "wsgiref.simple_server:demo_app"],
        "--target-app wsgiref.simple_server:demo_app is no ASGI but a WSGI application",
    ),
    "an unknown profile": ([*URL, "--profile", "coer"], "unknown profile 'coer'; did you mean core?"),
    "a profile like no other": ([*URL, "--profile", "zzz"], "unknown profile 'zzz'; known are: core, full, api"),
    "an unknown effort": ([*URL, "--effort", "deeep"], "unknown effort 'deeep'; did you mean deep?"),
    "an unknown section": ([*URL, "--section", "routin"], "unknown section 'routin'; did you mean routing"),
    "an unknown requirement": (
        [*URL, "--requirement", "item-shap"],
        "unknown requirement 'item-shap'; did you mean item-shape",
    ),
    "a requirement of another profile": (
        [*URL, "--requirement", "item-replaced"],
        "requirement item-replaced belongs to --profile full, and this run is core",
    ),
    "a source that is not there": ([*URL, "--target-source", "no/such/folder"], "--target-source "),
    "a report folder within a file": (
        [*URL, "--report-dir", "/dev/null/x"],
        "--report-dir /dev/null/x: cannot be made",
    ),
    "a report folder that takes no files": (
        [*URL, "--report-dir", "/proc"],
        "--report-dir /proc: cannot be written to: ",
    ),
    "a seed that is no number": (
        [*URL, "--hypothesis-seed", "-1"],
        "--hypothesis-seed -1: a seed is a whole number, 0 or more",
    ),
    "a configuration that is not there": (
        [*URL, "--target-config", "/no/such.toml"],
        "/no/such.toml: cannot be read: No such file",
    ),
}
FILES: dict[str, tuple[str, str]] = {
    "no TOML": ("[target", "is no TOML: "),
    "an unknown key": ('[target]\nulr = "http://a"', "unknown key 'target.ulr'; did you mean target.url"),
    "a key of a wrong type": ("[target]\nurl = 1", "target.url: must be a text"),
    "a missing variable": (
        '[credentials]\nbearer = { env = "NO_SUCH_VARIABLE_HERE" }',
        "credentials.bearer: the environment has no variable NO_SUCH_VARIABLE_HERE",
    ),
    "missing certificates": ('[http]\nca_file = "no.pem"', "http.ca_file: "),
    "an expired waiver": (
        f'[[waivers]]\nrequirement = "ws-hello"\nreason = "a"\nuntil = {YESTERDAY}',
        f"the waiver of ws-hello expired on {YESTERDAY}: mend it, or renew the waiver",
    ),
    "a waiver of an unknown id": (
        '[[waivers]]\nrequirement = "ws-helo"\nreason = "a"',
        "waivers: unknown requirement 'ws-helo'; did you mean ws-hello",
    ),
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    with closing(Batch(tmp_path_factory.mktemp("usage"), WRONG, lambda name: WRONG[name][0])) as batch:
        yield batch


def told(run: Run) -> str:
    """Give the one line that a run of bad input prints."""
    lines = [line for line in run.output.splitlines() if line]
    assert len(lines) == 1, run.output
    assert lines[0].startswith("ERROR: "), run.output
    return lines[0].removeprefix("ERROR: ")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_option_gets_one_line_and_4(name: str, batch: Batch) -> None:
    _, line = WRONG[name]

    run = batch.run(name)

    assert told(run).startswith(line)
    assert run.exit_code == 4


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_configuration_gets_one_line_and_4(name: str, tmp_path: Path) -> None:
    text, line = FILES[name]
    file = tmp_path / "conformance.toml"
    file.write_text(text)

    run = run_command(tmp_path / "report", *URL, f"--target-config={file}")

    assert told(run).startswith(f"{file}: {line}")
    assert run.exit_code == 4


def test_a_usage_error_leaves_no_report_of_an_earlier_run(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")

    run_command(tmp_path, "--target-app", "no_such_module:app")

    assert not (tmp_path / "report.json").exists()


def test_a_report_that_cannot_be_replaced_gets_one_line_and_4(tmp_path: Path) -> None:
    (tmp_path / "report.json" / "in-the-way").mkdir(parents=True)

    run = run_command(tmp_path / "other", *URL, f"--report-dir={tmp_path}")

    assert told(run).startswith(f"--report-dir {tmp_path}: report.json cannot be replaced")
    assert run.exit_code == 4


def test_a_usage_error_is_one_line_in_parallel_too(tmp_path: Path) -> None:
    run = run_command(tmp_path, "--target-app", "no_such_module:app", "-n", "2")

    assert "does not import" in told(run)
    assert run.exit_code == 4


def test_nothing_is_sent_before_everything_is_known_to_be_right(tmp_path: Path) -> None:
    with recording() as target:
        run_command(tmp_path, "--target-url", target.url, "--section", "routin")

    assert target.received == []


def test_without_a_target_outside_the_checkout_there_is_no_green(tmp_path: Path) -> None:
    run = run_command(tmp_path / "report", "--pyargs", "conformance.suite", cwd=tmp_path)

    assert told(run).startswith("no target: name one by --target-url URL")
    assert run.exit_code == 4


def test_a_section_without_requirements_selects_nothing_and_is_5(tmp_path: Path) -> None:
    with recording() as target:
        run = run_command(tmp_path, "--target-url", target.url, "--section", "what-is-fastapi")

    assert run.exit_code == 5
    assert run.verdict == "incomplete"


def test_the_secrets_of_the_environment_are_not_in_the_complaint(tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    file.write_text('[credentials]\nbearer = { env = "SOME_TOKEN" }')

    run = run_command(
        tmp_path / "report", *URL, f"--target-config={file}", env={**os.environ, "SOME_TOKEN": "hush-hush\n"}
    )

    assert "cannot be sent in a header" in told(run)
    assert "hush" not in run.output
