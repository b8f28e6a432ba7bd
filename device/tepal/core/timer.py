"""The timer: the same commands again and again, ``timirqcbf`` every ``timirqseq`` milliseconds."""

import asyncio
import time


async def run(node, period_ms: int, lines: list) -> None:
    """Start ``lines`` at each beat, unless they still run since the last; never returns."""
    beat = time.ticks_ms()
    while True:
        beat = time.ticks_add(beat, period_ms)
        left_ms = time.ticks_diff(beat, time.ticks_ms())
        if left_ms < 0:  # the node was busy for longer than a beat: those are left out
            beat, left_ms = time.ticks_ms(), 0
        await asyncio.sleep_ms(left_ms)
        _start(node, lines)


def _start(node, lines: list) -> None:
    from tepal.core import actions

    actions.start(node, "timirq", [lines])
