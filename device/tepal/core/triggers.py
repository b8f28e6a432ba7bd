"""Pins that start something: the part that waits. Set up by ``arming``; what edges mean: ``edges``."""

import asyncio
import time

from micropython import const

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_MOST = const(8)  # edges that wait to be looked at


class Trigger:
    """One pin, and the scripts it starts: {"" or a gesture: command lines}.

    The first edge counts at once; for ``quiet_ms`` behind it all others are bounce.
    """

    last = 0  # ticks of the newest edge that counts
    quiet = True
    pin: "Any" = None
    level = seen = 0  # without its bounce, and with it
    button: "Any" = None  # where there are gestures: [pressed level, begin, end], see ``buttons``

    def __init__(self, node, tag: str, flag, quiet_ms: int, levels: tuple, scripts: dict):
        self.node = node
        self.tag = tag
        self.flag = flag
        self.quiet_ms = quiet_ms
        self.levels = levels  # those whose beginning starts the script ""
        self.scripts = scripts
        self.waiting = []  # scripts
        self.edges = []  # (ticks, level behind it)

    def note(self, pin) -> None:
        """Note an edge; the interrupt calls this, and may do so between any two steps of ours."""
        now = time.ticks_ms()
        is_over = self.quiet or time.ticks_diff(now, self.last) >= self.quiet_ms
        if is_over and len(self.edges) < _MOST:
            self.quiet = False
            self.last = now
            self.edges.append((now, 1 - self.seen))
        self.seen = pin.value()
        self.flag.set()


async def run(triggers: list, flag) -> None:
    """Look at the pins whenever that may change anything; never returns."""
    while True:
        left_ms = look(triggers)
        if left_ms is None:
            await flag.wait()
            continue
        try:
            await asyncio.wait_for_ms(flag.wait(), left_ms)
        except asyncio.TimeoutError:
            pass


def look(triggers: list):
    """Start what has come due; return the milliseconds to the next look, None for any."""
    from tepal.core import edges

    now: int = time.ticks_ms()  # pyright: ignore[reportAssignmentType]
    left = [edges.look(trigger, now) for trigger in triggers]
    return min([one for one in left if one is not None], default=None)
