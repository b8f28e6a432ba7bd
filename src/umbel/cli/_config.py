"""The configuration of a node, over its shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from umbel.cli._session import Session

Described = dict[str, Any]  # value, type, default, limit, reboot, secret, read_only


async def describe(session: Session, key: str) -> Described:
    """What there is to know of one key; raises as ``Session.request`` does."""
    return cast("Described", await session.request({"config": [key]}))


async def describe_all(session: Session, text: str = "") -> dict[str, Described]:
    """What there is to know of every key that contains ``text``."""
    described = cast("dict[str, Described]", await session.request({"config": True}))
    return {key: described[key] for key in sorted(described) if text in key}


async def check(session: Session, key: str, value: object) -> None:
    """Let the node check a value that is not saved; raises as ``Session.request`` does."""
    await session.request({"config": [key, value, False]})


async def save(session: Session, key: str, value: object) -> bool:
    """Change one key; tells whether that takes a restart to work."""
    answer = await session.request({"config": [key, value]})
    return bool(cast("dict[str, object]", answer)["reboot"])


def for_node(key: str, value: str) -> str:
    """``value`` as the node wants it, where people write it in another way.

    Raises:
        UmbelError: it means nothing.
    """
    if key != "tz":
        return value
    from umbel.cli import _zones

    return _zones.posix(value)
