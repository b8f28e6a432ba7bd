"""Commands in the background, once or in a loop. Not RARE: loops last."""

import asyncio

from micropython import const

from tepal.core.commands import text

_SHORTEST_LOOP_MS = const(20)


def start(bus, tag: str, call, caller, delay_ms: int, loop: bool) -> None:
    """Run ``call`` as task ``tag`` after ``delay_ms``, or again and again with that pause.

    Raises: TepalError ``queue_full``.
    """
    if loop:
        delay_ms = max(delay_ms, _SHORTEST_LOOP_MS)
    bus.tasks.start(tag, repeat(bus, tag, call, caller, delay_ms, loop), "command")


async def repeat(bus, tag: str, call, caller, delay_ms: int, loop: bool) -> None:
    """Run ``call`` as ``start`` says; what it answers is the output of the task."""
    task = bus.tasks.find(tag)[-1]
    while True:
        await asyncio.sleep_ms(delay_ms)
        task.out = text(await bus.run(call, caller), call.function)
        if not loop:
            return
