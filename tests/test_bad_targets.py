"""Targets that misbehave get failed requirements and a verdict: no hang, no traceback, no pass by accident."""

import asyncio
import gzip
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue import of_profile
from tests.harness import ROOT, Batch, Run, command, faults_of, read_report, run_command
from tests.servers import (
    Received,
    Server,
    Talk,
    answer,
    once,
    read_request,
    recording,
    replying,
    serving,
    silent,
    without_end,
)
from tests.targets import BY_HEART, by_heart

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(b"[" + b"0," * 20_000_000 + b"0]")
NASTY = "\x1b]0;owned\x07\x1b[2J\x1b[1;31mred\x9b31m\x00\x08\u202egnp\u2028"

# What has to fail is every MUST that a target could hold, so that nothing passes by accident.
TALKS: dict[str, Talk] = {
    "HTML to everything": replying(lambda _: answer(200, b"<!doctype html><title>Hi</title>", "text/html")),
    "an empty answer to everything": replying(lambda _: answer(200, b"")),
    "an empty object to everything": replying(lambda _: answer(200, b"{}")),
    "500 to everything": replying(lambda _: answer(500, b"Internal Server Error", "text/plain")),
    "a redirect loop": replying(lambda request: answer(307, b"", Location=request.path)),
    "a closed connection": once(),
    "half a head": once(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "half a body": once(HEAD + b'Content-Length: 100\r\n\r\n{"status": '),
    "a body without end": without_end(HEAD + b"\r\n", b"[" * 65_536),
    "a head without end": without_end(HEAD, b"X-More: " + b"x" * 8_000 + b"\r\n"),
    "what is no HTTP": once(b"220 mail.example ESMTP\r\n"),
    "a body that unfolds to 40 MB": replying(lambda _: answer(200, BOMB, Content_Encoding="gzip")),
    "a body that is not compressed as it says": replying(lambda _: answer(200, b"{}", Content_Encoding="gzip")),
    "lists in lists": replying(lambda _: answer(200, b"[" * 100_000)),
    "escape sequences": replying(lambda _: answer(200, f'"{NASTY}"'.encode())),
}
QUICK = ["--effort", "quick", "--profile", "core"]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serving(talk)) for name, talk in TALKS.items()}
        folder = tmp_path_factory.mktemp("targets")
        yield stack.enter_context(closing(Batch(folder, TALKS, lambda name: ["--target-url", urls[name], *QUICK])))


def assert_sound(run: Run) -> None:
    """See that the kit did its work, whatever the target did."""
    assert faults_of(run.report) == []
    assert run.of_status("error") == [], run.output
    assert "Traceback" not in run.output
    assert "INTERNALERROR" not in run.output


@pytest.mark.parametrize("name", TALKS)
def test_a_target_that_misbehaves_is_nonconformant(name: str, batch: Batch) -> None:
    run = batch.run(name)

    assert_sound(run)
    assert (run.verdict, run.exit_code) == ("nonconformant", 1), run.output


@pytest.mark.parametrize("name", TALKS)
def test_a_target_that_misbehaves_passes_next_to_nothing(name: str, batch: Batch) -> None:
    # What asks for an absence, such as no body after a 204, holds where nothing is there.
    assert len(batch.run(name).of_status("passed")) <= 15


def test_what_a_target_sends_is_never_obeyed(batch: Batch) -> None:
    output = batch.run("escape sequences").output

    assert "\\x1b[2J" in output
    assert not {c for c in output if not c.isprintable()} - {"\n"}


def test_a_target_that_only_knows_the_guides_examples_is_nonconformant(tmp_path: Path) -> None:
    with serving(replying(by_heart)) as url:
        run = run_command(tmp_path, "--target-url", url, *QUICK)

    assert_sound(run)
    assert (run.verdict, run.exit_code) == ("nonconformant", 1)
    assert {"health-ok", "root-message", "secure-allowed"} <= set(run.of_status("passed"))
    assert {"path-int-echo", "query-echo", "custom-error"} <= set(run.of_status("failed"))
    assert len(BY_HEART) > 15


def test_a_route_of_one_byte_a_second_fails_in_time(tmp_path: Path) -> None:
    async def talk(reader: Any, writer: Any) -> None:
        request = await read_request(reader, writer)
        if request is not None and request.path != "/":
            writer.write(answer(200, b'{"status": "ok"}'))
            return
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(1)

    with serving(talk) as url:
        run = run_command(tmp_path, "--target-url", url, *QUICK, "--requirement", "root-message")

    assert_sound(run)
    assert run.of_status("failed") == ["root-message"]
    assert "no whole answer in time" in run.output


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "in parallel"])
def test_where_nothing_listens_the_target_is_unreachable(more: list[str], tmp_path: Path) -> None:
    server = Server(silent)
    server.close()

    assert_unreachable(
        run_command(tmp_path, "--target-url", server.url, *more),
        f"nothing answers at {server.url}: the connection is refused: is it running, and is the address right?",
    )


def test_where_nothing_is_ever_answered_the_target_is_unreachable_within_5_seconds(tmp_path: Path) -> None:
    with serving(silent) as url:
        run = run_command(tmp_path, "--target-url", url)

    assert_unreachable(run, f"{url} gives no answer: no whole answer in time")
    assert run.report["duration_s"] < 5  # the bound of the contract


def assert_unreachable(run: Run, line: str) -> None:
    assert (run.verdict, run.exit_code) == ("unreachable", 69), run.output
    assert faults_of(run.report) == []
    assert run.of_status("not_verified") == list(of_profile("core"))
    lines = [line for line in run.output.splitlines() if line]
    assert len(lines) == 1, run.output
    assert lines[0] == f"Exit: target unreachable: {line}"


def test_an_application_that_does_not_start_is_unreachable(tmp_path: Path) -> None:
    run = run_command(tmp_path, "--target-app", "tests.targets:broken_start")

    assert (run.verdict, run.exit_code) == ("unreachable", 69)
    assert "tests.targets:broken_start does not start: its start-up failed: RuntimeError: no database" in run.output
    assert faults_of(run.report) == []


def test_something_else_that_answers_gets_a_hint(tmp_path: Path) -> None:
    with serving(replying(lambda _: answer(404, b"not here", "text/plain"))) as url:
        run = run_command(tmp_path, "--target-url", url, "--section", "first-api")

    assert (
        "none of the guide's routes is there (/health 404, / 404, /openapi.json 404): is the base URL right?"
        in run.output
    )


def stopping(after: int) -> tuple[Server, list[Received]]:
    """Give a server that answers so many requests and is then gone."""
    received: list[Received] = []

    def reply(request: Received) -> bytes:
        received.append(request)
        if len(received) > after:
            server.stop_here()
            raise ConnectionError
        return by_heart(request)

    server = Server(replying(reply))
    return server, received


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "in parallel"])
def test_a_target_that_stops_in_the_middle_is_unreachable_and_told_so_far(more: list[str], tmp_path: Path) -> None:
    server, received = stopping(after=60)
    try:
        run = run_command(tmp_path, "--target-url", server.url, *QUICK, *more)
    finally:
        server.close()

    assert_sound(run)
    assert (run.verdict, run.exit_code) == ("unreachable", 69), run.output
    assert run.of_status("passed", "failed")
    assert run.of_status("not_verified")
    assert len(received) > 60


def test_an_interrupted_run_is_2_and_leaves_a_report(tmp_path: Path) -> None:
    seen: list[Received] = []

    async def talk(reader: Any, writer: Any) -> None:
        while (request := await read_request(reader, writer)) is not None:
            seen.append(request)
            if len(seen) > 60:
                await asyncio.Event().wait()
            writer.write(by_heart(request))

    with serving(talk) as url:
        words = command(f"--report-dir={tmp_path}", "--target-url", url, *QUICK)
        run = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while len(seen) <= 60 and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        output, _ = run.communicate()

    report = read_report(tmp_path)
    assert run.returncode == 2, output
    assert faults_of(report) == []
    assert report["verdict"] in ("nonconformant", "incomplete")
    assert report["counts"]["not_verified"] > 0
    assert "Traceback" not in output


CREDENTIALS = {
    "a token": "bearer = 'b3arer/of+the=run'\napi_key = 'k3y \"of\" the run'",
    "an account": 'user = { username = "ada", password = "p4ssword&of<the>run" }',
}


def echo(request: Received) -> bytes:
    """Answer an error that tells all that was sent, as a debug page does."""
    told = {"detail": [dict(request.headers), request.body.decode("utf-8", "replace"), repr(request.raw)]}
    return answer(500, json.dumps(told).encode())


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_credentials_that_a_target_sends_back_are_masked(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    with recording(echo) as target:
        url = target.url.replace("http://", "http://ada:url-p4ssword@")
        file.write_text(
            f"[target]\nurl = '{url}'\neffort = 'quick'\n[http.headers]\nX-Access-Token = 'h3ader-of-the-run'\n"
            f"[credentials]\n{CREDENTIALS[kind]}\n"
        )
        run = run_command(tmp_path / "report", f"--target-config={file}")
    sent = b"".join(request.raw for request in target.received).decode("latin-1")
    everything = run.output + json.dumps(run.report, ensure_ascii=False)

    assert_sound(run)
    assert run.verdict == "nonconformant"
    assert "h3ader-of-the-run" in sent
    assert "***" in everything
    for form in ("b3arer", "k3y", "p4ssword", "h3ader", "YWRhOnVybC1wNHNzd29yZA"):
        assert form not in everything
    assert ("b3arer" if kind == "a token" else "p4ssword") in sent
