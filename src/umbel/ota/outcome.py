"""What became of a list at the nodes that it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from umbel.ota.broker import Broker, Seen

_GOOD = ("confirmed", "current")
_OVER = (*_GOOD, "rolled back", "failed", "refused", "offered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went at one node."""

    node: str
    state: str
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the node has what the list names."""
        return self.state in _GOOD

    def __str__(self) -> str:
        return f"{self.node}: {self.state}" + (f": {self.reason}" if self.reason else "")


def wait(broker: Broker, lists: Mapping[str, Iterable[str]], seconds: float) -> list[Outcome]:
    """How it went at each node; ``lists`` are the names of the lists that are for it."""
    names = {node: set(named) for node, named in lists.items()}

    def is_over() -> bool:
        return all(_of(broker.seen, node, named) for node, named in names.items())

    broker.wait_for(is_over, seconds)
    return [
        _of(broker.seen, node, named) or _missing(broker.seen, node)
        for node, named in sorted(names.items())
    ]


def _of(seen: Seen, node: str, names: set[str]) -> Outcome | None:
    said = seen.statuses.get(node, {})
    state = said.get("state", "")
    is_ours = said.get("list") in names or (state == "refused" and said.get("is_news"))
    if not is_ours or state not in _OVER:
        return None
    return Outcome(node=node, state=state, reason=str(said.get("reason", "")))


def _missing(seen: Seen, node: str) -> Outcome:
    said = seen.statuses.get(node)
    if said is None:
        return Outcome(node=node, state="no answer", reason="it has never said anything here")
    if not seen.is_online.get(str(said.get("name")), True):
        return Outcome(node=node, state="offline")
    return Outcome(node=node, state="no answer", reason=f"its last word was {said.get('state')}")
