"""Ends a push that nobody feeds any more. Apart from the rest, which need not stay for it."""

import asyncio

RARE = True


async def watch(push) -> None:
    """Return when ``push`` is over, or nobody has fed it for a minute."""
    while not push.is_closed:
        left_ms = push.until_ms - push.node.clock.uptime_ms()
        if left_ms <= 0 and not push.working:
            push.node.log.warn("update: nobody goes on with the push")
            push.close()
        await asyncio.sleep_ms(max(left_ms, 1000))
