"""What a run leaves on its target: what it made, what of that it removed, and what remains."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from conformance.client import Client, TargetGone, TargetUnresponsive
from conformance.exchange import Exchange, Request, build, segment

# What the guide gives no way to remove.
_LASTING = {
    "/users": "users: the guide has no route that removes one",
    "/events": "events: the guide has no route that removes one",
    "/upload": "uploads: the guide has no route that removes one",
}
_NO_REMOVAL = "made here: the document has no operation that removes one"


@dataclass(frozen=True)
class Leftover:
    """Something that a run made and could not remove; ``count`` is 0 where it is known one by one."""

    method: str
    path: str
    reason: str
    count: int = 0

    @property
    def note(self) -> str:
        """What is left, and why."""
        if not self.count:
            return self.reason
        made, colon, reason = self.reason.partition(":")
        return f"{self.count} {made.removesuffix('s') if self.count == 1 else made}{colon}{reason}"


class Ledger:
    """Remembers what a run made, and removes it at the end."""

    def __init__(self) -> None:
        self._made: dict[str, Request] = {}
        self._lasting: Counter[str] = Counter()

    def made(self, removal: Request | None, path: str) -> None:
        """Note something that a POST to a path made, with the request that removes it if there is one."""
        if removal is not None:
            self._made[removal.path] = removal
        else:
            self._lasting[path] += 1

    def removed(self, path: str) -> None:
        """Note that what has this path was removed."""
        self._made.pop(path, None)

    def observe(self, exchange: Exchange) -> None:
        """Note what an exchange of the guide's API made or removed."""
        if exchange.answer is None or not 200 <= exchange.answer.status < 300:
            return
        path = exchange.request.path.partition("?")[0]
        if exchange.request.method == "POST" and path == "/items":
            made = created_id(exchange)
            if made is not None:
                self.made(build("DELETE", f"/items/{segment(made)}"), path)
        elif exchange.request.method == "POST" and path in _LASTING:
            self.made(None, path)
        elif exchange.request.method == "DELETE":
            self.removed(path)

    def clean(self, client: Client) -> list[Leftover]:
        """Remove what is still there and say what remains."""
        remaining = []
        try:
            # The last first: what is inside of something goes before it.
            for exchange in client.send_all(list(reversed(self._made.values()))):
                if exchange.status is None or not (200 <= exchange.status < 300 or exchange.status in (404, 410)):
                    note = f"its DELETE answered {exchange.status or exchange.failure}"
                    remaining.append(Leftover("POST", exchange.request.path, note))
        except (TargetGone, TargetUnresponsive) as gone:
            return self.left(str(gone))
        return remaining + self._kept()

    def left(self, reason: str) -> list[Leftover]:
        """Say what remains where nothing can be removed, and why."""
        return [Leftover("POST", path, reason) for path in self._made] + self._kept()

    def _kept(self) -> list[Leftover]:
        return [Leftover("POST", path, _LASTING.get(path, _NO_REMOVAL), n) for path, n in sorted(self._lasting.items())]


def joined(leftovers: Iterable[Leftover]) -> list[Leftover]:
    """Give one leftover for each method and path, where several processes tell of the same."""
    found: dict[tuple[str, str], Leftover] = {}
    for each in leftovers:
        earlier = found.get((each.method, each.path))
        found[each.method, each.path] = replace(each, count=each.count + earlier.count) if earlier else each
    return list(found.values())


def created_id(exchange: Exchange) -> str | int | None:
    """Give the ``id`` that the answer to a creation names, None where it names none."""
    value = exchange.value
    found = value.get("id") if isinstance(value, dict) else None
    usable = isinstance(found, (str, int)) and not isinstance(found, bool) and found != ""
    return found if usable else None
