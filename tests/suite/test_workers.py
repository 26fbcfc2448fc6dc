"""Workers that count for themselves, behind a server that ends every connection, are judged by what they can do."""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import Run, run_command
from tests.servers import Received, Reply, answer, replying, serving

WORKERS = 4
WINDOW = 10.0
ROWS = ("rate-limited", "metrics-count")
Ended = Callable[[bytes], bytes]
# What tells that a connection ends, or that it is of a kind that does.
ENDS: dict[str, Ended] = {
    "close": lambda said: said.replace(b"\r\n", b"\r\nConnection: close\r\n", 1),
    "HTTP/1.0": lambda said: said.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
}


def counting(ended: Ended, allowed: int) -> Reply:
    """Let each of several workers answer in turn, and refuse whom it let through so often."""
    turns = itertools.cycle(range(WORKERS))
    let_through: dict[int, list[float]] = defaultdict(list)
    requests: dict[int, int] = defaultdict(int)

    def reply(request: Received) -> bytes:
        worker, now = next(turns), time.monotonic()
        requests[worker] += 1
        if request.path == "/metrics":
            text = f"# TYPE http_requests_total counter\nhttp_requests_total {requests[worker]}\n"
            return ended(answer(200, text.encode(), "text/plain"))
        if request.path != "/limited":
            return ended(answer(200, b'{"status": "ok"}'))
        recent = let_through[worker] = [at for at in let_through[worker] if at > now - WINDOW]
        if len(recent) >= allowed:
            return ended(answer(429, b'{"detail": "Too many requests"}', Retry_After="10"))
        recent.append(now)
        return ended(answer(200, b'{"ok": true}'))

    return reply


def run(folder: Path, reply: Reply) -> Run:
    rows = [word for id in ROWS for word in ("--requirement", id)]
    with serving(replying(reply)) as url:
        return run_command(folder, "--profile", "full", "--target-url", url, *rows)


@pytest.mark.parametrize("ends", ENDS)
def test_what_several_workers_count_is_fair_to_each(ends: str, tmp_path: Path) -> None:
    told = run(tmp_path, counting(ENDS[ends], 5))

    assert told.status("rate-limited") == "passed", told.output
    assert told.status("metrics-count") == "not_verified", told.output
    assert (told.verdict, told.exit_code) == ("conformant", 0)


def test_workers_that_refuse_nobody_are_told(tmp_path: Path) -> None:
    told = run(tmp_path, counting(ENDS["close"], 1000))

    assert told.status("rate-limited") == "failed", told.output
