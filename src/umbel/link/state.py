"""How a node is: what it tells of itself, or why it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from umbel.errors import LinkError, NodeError
from umbel.gathering import gather
from umbel.link import discovery, shell
from umbel.link.found import Found
from umbel.model import Node

_AT_ONCE = 64
_ASK_TIMEOUT = 1.0  # seconds
_TIMEOUT = 5.0  # seconds

UP = "up"
LOCKED = "locked"
BUSY = "busy"  # it answers, but has no place for us
OFFLINE = "offline"
REFUSED = "refused"  # it does not believe our key or password


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One node at one moment; None is what it does not tell us."""

    node: Node
    state: str
    version: str | None = None
    auth: bool | None = None
    memory_used: int | None = None  # bytes
    memory_free: int | None = None  # bytes
    uptime: float | None = None  # seconds
    network: str | None = None
    board: str | None = None
    reason: str | None = None  # why it is not up


async def of_all(nodes: Sequence[Node]) -> tuple[State, ...]:
    """The state of each node, in the order given; never raises because of one of them."""
    present = await discovery.ask([node.address for node in nodes], wait=_ASK_TIMEOUT)
    by_address = {found.address: found for found in present}

    async def one(node: Node) -> State:
        return await _of(node, by_address.get(node.address))

    return tuple(await gather(one, nodes, at_once=_AT_ONCE))


async def _of(node: Node, found: Found | None) -> State:
    version, auth = (found.version, found.auth) if found else (None, None)
    try:
        async with shell.connect(node, within=_TIMEOUT) as opened:
            if opened.role is None and auth is not False:
                return State(node=node, state=LOCKED, version=version, auth=auth)
            return _told(node, await opened.request({"about": True}, within=_TIMEOUT))
    except NodeError as error:
        return State(node=node, state=REFUSED, version=version, auth=auth, reason=str(error))
    except LinkError as error:
        state = BUSY if found else OFFLINE
        return State(node=node, state=state, version=version, auth=auth, reason=str(error))


def _told(node: Node, answer: object) -> State:
    told: dict[str, Any] = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
    heap: dict[str, int] = told.get("heap", {})
    uptime_ms = told.get("uptime_ms")
    return State(
        node=node,
        state=UP,
        version=told.get("version"),
        auth=told.get("auth"),
        memory_used=heap.get("used"),
        memory_free=heap.get("free"),
        uptime=None if uptime_ms is None else uptime_ms / 1000,
        network=told.get("network"),
        board=told.get("board"),
    )
