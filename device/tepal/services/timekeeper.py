"""The clock of the chip, kept right from the network. How that is asked: ``ntp``."""

import asyncio

from micropython import const

_LOOK_MS = const(2000)


async def run(node) -> None:
    """Ask for the time as long as the node runs; never returns."""
    failures = 0
    while True:
        while not node.network.station.isconnected():
            await asyncio.sleep_ms(_LOOK_MS)
        failures, pause_ms = await ask(node, failures)
        await asyncio.sleep_ms(pause_ms)


async def ask(node, failures: int) -> tuple:
    """Set the clock; return how often that has failed now, and how long to wait."""
    from tepal.services import ntp  # in a frame that ends: one that lasts would keep the code

    failures = await ntp.sync(node, failures)
    return failures, ntp.pause_ms(failures)
