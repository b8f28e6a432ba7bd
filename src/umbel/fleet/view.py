"""What is known of a node of the fleet at one moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from umbel.errors import LinkError, NodeError, UmbelError
from umbel.model import Node


class Condition(StrEnum):
    """How a node is, seen from here."""

    UNKNOWN = "unknown"  # nobody has asked it yet
    UP = "up"
    LOCKED = "locked"  # it answers, but we hold no password and no key
    REFUSED = "refused"  # it does not believe our password or key
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node; None is what it has not told."""

    name: str  # unique in the fleet
    address: str  # of its web door
    url: str | None  # of its own page
    condition: Condition = Condition.UNKNOWN
    id: str | None = None
    version: str | None = None
    board: str | None = None
    runtime: str | None = None
    network: str | None = None
    uptime: float | None = None  # seconds
    memory_used: int | None = None  # bytes
    memory_free: int | None = None  # bytes
    load: int | None = None  # percent
    is_open: bool | None = None  # it lets everybody in
    reason: str | None = None  # why it is not up
    seen: datetime | None = None  # when it last answered


def unseen(name: str, node: Node) -> NodeView:
    """The view of a node before it was asked."""
    url = node.url
    address = url.removeprefix("http://") if url else str(node.address)
    return NodeView(name=name, address=address, url=url, id=node.id or None)


def told(view: NodeView, about: dict[str, Any], now: datetime) -> NodeView:
    """The view after the node has told about itself."""
    heap = about.get("heap")
    memory: dict[str, Any] = cast("dict[str, Any]", heap) if isinstance(heap, dict) else {}
    uptime = _number(about.get("uptime_ms"))
    auth = about.get("auth")
    return replace(
        view,
        condition=Condition.UP,
        id=_text(about.get("id")) or view.id,
        version=_text(about.get("version")),
        board=_text(about.get("board")),
        runtime=_text(about.get("runtime")),
        network=_text(about.get("network")),
        uptime=None if uptime is None else uptime / 1000,
        memory_used=_number(memory.get("used")),
        memory_free=_number(memory.get("free")),
        load=_number(about.get("load")),
        is_open=not auth if isinstance(auth, bool) else None,
        reason=None,
        seen=now,
    )


def silent(view: NodeView, error: UmbelError, now: datetime) -> NodeView:
    """The view after the node did not tell, because of ``error``."""
    if isinstance(error, LinkError):
        return replace(
            view, condition=Condition.OFFLINE, uptime=None, load=None, reason=str(error)
        )
    is_locked = isinstance(error, NodeError) and error.code == "login_required"
    condition = Condition.LOCKED if is_locked else Condition.REFUSED
    return replace(view, condition=condition, reason=str(error), seen=now)


def _text(value: object) -> str | None:
    return value[:64] if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
