"""Server-sent events, as a node sends them. Pure: bytes in, values out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from umbel.errors import LinkError
from umbel.link.frames import Event

_LONGEST_EVENT = 1 << 16  # bytes


async def parsed(parts: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The events in ``parts``, however these are cut.

    Raises:
        LinkError: an event is longer than any of a node, or carries no JSON.
    """
    unread = b""
    async for part in parts:
        unread += part
        *blocks, unread = unread.split(b"\n\n")
        if len(unread) > _LONGEST_EVENT:
            raise LinkError(f"an event is longer than {_LONGEST_EVENT} bytes")
        for block in blocks:
            if (event := _read(block)) is not None:
                yield event


def _read(block: bytes) -> Event | None:
    """The event in a block of lines; None for a sign of life."""
    topic, data = "message", b""
    for line in block.split(b"\n"):
        field, _, value = line.partition(b": ")
        if field == b"event":
            topic = value.decode(errors="replace")
        elif field == b"data":
            data += value
    if not data:
        return None
    try:
        return Event(topic=topic, data=json.loads(data))
    except ValueError as exc:
        raise LinkError("an event carries no JSON") from exc
