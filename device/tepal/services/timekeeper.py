"""The clock of the chip, kept right from the network. How that is asked: ``ntp``."""

import asyncio
from random import getrandbits

from micropython import const

_LOOK_MS = const(2000)
_PAUSE_MS = const(14400000)  # four hours, and up to one more, so that nodes do not ask in step
_RETRY_MS = const(15000)  # doubled with each failure
_MOST_DOUBLINGS = const(8)


async def run(node) -> None:
    """Ask for the time as long as the node runs; never returns."""
    failures = 0
    while True:
        while not node.network.station.isconnected():
            await asyncio.sleep_ms(_LOOK_MS)
        failures = await ask(node, failures)
        pause_ms = _PAUSE_MS + getrandbits(22)
        if failures:
            pause_ms = (_RETRY_MS << min(failures - 1, _MOST_DOUBLINGS)) + getrandbits(12)
        await asyncio.sleep_ms(pause_ms)


async def ask(node, failures: int) -> int:
    """Set the clock; return how often that has failed now."""
    from tepal.services import ntp  # in a frame that ends: one that lasts would keep the code

    return await ntp.sync(node, failures)
