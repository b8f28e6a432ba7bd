"""Looks all the time how much heap is held, and says how much more that was than at the beginning."""

import asyncio
import gc

node = None  # the running node; the loader puts it here

_LOOK_MS = 5
_QUIET_MS = 1500  # until the doors have forgotten who asked
_seen = []  # bytes in use before, and the most since


def begin():
    """Begin to look."""
    node.tasks.start("meter", look())
    return "begun"


async def look():
    """Look until the node ends."""
    await asyncio.sleep_ms(_QUIET_MS)
    node.sweep()
    gc.collect()
    _seen[:] = [gc.mem_alloc()] * 2
    while True:
        await asyncio.sleep_ms(_LOOK_MS)
        gc.collect()
        _seen[1] = max(_seen[1], gc.mem_alloc())


def seen():
    """Return the bytes before, and the most since."""
    return _seen
