"""How long a target is waited for, by how much time it has lost with requests that it did not answer."""

import re
from collections import defaultdict
from collections.abc import Iterable

from conformance.exchange import Exchange, Request

# What names one thing of many has a digit in it nearly always.
_NAME = re.compile(r"[^/]*\d[^/]*")
# No route may use up more of the target's time than this part: the others are judged yet.
_OF_ONE = 1 / 3
_BRIEF = 0.25


class Patience:
    """Counts the seconds lost to requests that ran out of time.

    After ``short`` seconds of the target, or a third as many of one route, the rest get ``hurried`` seconds each.
    After ``exhausted`` seconds the target is given up; a route is after a third as many, and answers in a quarter
    of ``hurried`` or not at all.
    """

    def __init__(self, short: float, exhausted: float, hurried: float) -> None:
        self._short = short
        self._exhausted = exhausted
        self._hurried = hurried
        self._of_routes: defaultdict[str, float] = defaultdict(float)
        self.lost = 0.0

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing more should be sent."""
        return self.lost > self._exhausted

    def count(self, exchanges: Iterable[Exchange]) -> None:
        """Add what was lost to requests that were sent at once: the longest counts, and of each route too."""
        late: defaultdict[str, float] = defaultdict(float)
        for exchange in exchanges:
            route = _route(exchange.request)
            if exchange.timed_out and not self._is_given_up(route):
                late[route] = max(late[route], exchange.seconds)
        for route, seconds in late.items():
            self._of_routes[route] += seconds
        self.lost += max(late.values(), default=0.0)

    def seconds(self, request: Request, usual: float) -> float:
        """Give how long the answer to a request is waited for."""
        route = _route(request)
        if self._is_given_up(route):
            return _BRIEF * self._hurried
        is_short = self.lost > self._short or self._of_routes[route] > _OF_ONE * self._short
        return self._hurried if is_short else usual

    def _is_given_up(self, route: str) -> bool:
        return self._of_routes[route] > _OF_ONE * self._exhausted


def _route(request: Request) -> str:
    return _NAME.sub("*", request.path.partition("?")[0])
