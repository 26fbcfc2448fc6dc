"""Whatever a route answers, the run ends in its time and memory, and says that the route's requirement fails.

Run as they are, the tests give every route of a target a misbehaviour of its own. With
``ALL_HOSTILE=1`` in the environment each misbehaviour gets a whole run too, on one route.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.hostile.bodies import BODIES, TRICKLES
from tests.hostile.frames import CUTS, LENGTHS
from tests.hostile.heads import HEADS
from tests.hostile.measured import ALL, Measured, assert_withstood, measure
from tests.hostile.relay import Deed, relaying
from tests.hostile.values import VALUES

# A route, and a requirement of it that no other route's answer decides.
ROUTES = {
    "/": "root-message",
    "/health": "health-ok",
    "/sync": "sync-mode",
    "/async": "async-mode",
    "/search": "query-default",
    "/secure": "secure-denied",
    "/me": "me-user",
    "/items": "pagination-defaults",
    "/stream": "stream-body",
    "/events": "event-accepted",
    "/ask": "ask-valid",
    "/upload": "upload-empty",
    "/my-error": "custom-error",
    "/docs": "docs-swagger",
    "/redoc": "docs-redoc",
    "/users": "user-age-bounds",
}
MANY = {**BODIES, **HEADS, **CUTS, **LENGTHS, **VALUES}
# As many misbehaviours as there are routes go to one target; what costs time has one of its own.
TARGETS = [dict(list(MANY.items())[n : n + len(ROUTES)]) for n in range(0, len(MANY), len(ROUTES))] + [
    TRICKLES if ALL else {"interim answers without end": TRICKLES["interim answers without end"]}
]
EVERY = {**MANY, **TRICKLES}
Ask = Callable[[dict[str, Deed]], Measured]


@pytest.fixture(scope="module")
def runs(guide: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list["Future[Measured]"]]:
    """Give the runs on the targets, begun together, the slowest first."""

    def run(deeds: dict[str, Deed]) -> Measured:
        given = list(zip(ROUTES, deeds.values(), strict=False))
        wanted = [word for route, _ in given for word in ("--requirement", ROUTES[route])]
        with relaying(guide, dict(given)) as url:
            return measure(tmp_path_factory.mktemp("hostile"), "--target-url", url, *wanted)

    with ThreadPoolExecutor(2) as pool:
        yield [pool.submit(run, deeds) for deeds in reversed(TARGETS)][::-1]


@pytest.mark.parametrize("number", range(len(TARGETS)))
def test_a_target_of_many_misbehaviours_is_withstood(
    number: int, runs: list["Future[Measured]"], calm: Measured
) -> None:
    assert_withstood(runs[number].result(), calm)


@pytest.mark.parametrize(
    ("number", "place"),
    [(n, place) for n, deeds in enumerate(TARGETS) for place in range(len(deeds))],
    ids=[name for deeds in TARGETS for name in deeds],
)
def test_no_misbehaviour_passes(number: int, place: int, runs: list["Future[Measured]"]) -> None:
    run = runs[number].result()

    assert run.status(list(ROUTES.values())[place]) == "failed", run.output


@pytest.mark.skipif(not ALL, reason="a whole run for each; named in CONTRIBUTING.md")
@pytest.mark.parametrize("path", ["/health", "/items"])
@pytest.mark.parametrize("name", EVERY)
def test_one_route_that_misbehaves_leaves_the_rest_to_be_judged(
    name: str, path: str, guide: str, calm: Measured, tmp_path: Path
) -> None:
    with relaying(guide, {path: EVERY[name]}) as url:
        run = measure(tmp_path, "--target-url", url)

    assert_withstood(run, calm)
    assert run.status(ROUTES[path]) == "failed", run.output
    assert {"ws-hello", "openapi-valid", "secure-denied"} <= set(run.of_status("passed"))
