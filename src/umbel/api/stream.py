"""Server-sent events: what changes in the fleet, a few times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse

from umbel.fleet import Change, Fleet

PING = 15.0  # seconds; a stream with nothing to say shows that it is alive
PACE = 0.25  # seconds in which changes are gathered


async def changes(fleet: Fleet) -> AsyncIterator[bytes]:
    """Events of the kind ``fleet``, each with the nodes that are new or changed and those gone."""
    with fleet.subscribed() as subscription:
        yield b"retry: 2000\n\n"
        if not fleet.views:
            yield encoded(Change())
        while True:
            try:
                async with asyncio.timeout(PING):
                    change = await anext(subscription)
            except StopAsyncIteration:
                return
            except TimeoutError:
                yield b": alive\n\n"
                continue
            yield encoded(change)
            await asyncio.sleep(PACE)


def encoded(change: Change) -> bytes:
    """One event."""
    content = {"nodes": jsonable_encoder(change.views), "gone": list(change.gone)}
    return b"event: fleet\ndata: " + JSONResponse(content).body + b"\n\n"
