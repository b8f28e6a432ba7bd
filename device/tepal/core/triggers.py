"""Pins that start something. How they are set up: ``arming``."""

import asyncio
import time

from micropython import const

from tepal.core import actions

_MOST = const(8)  # scripts of one pin that wait for each other


class Trigger:
    """One pin and the scripts it starts: {"" or a gesture: command lines}."""

    def __init__(self, tag: str, source, levels: tuple, scripts: dict, button):
        self.tag = tag
        self.source = source  # an Input
        self.levels = levels  # those whose beginning starts the script ""
        self.scripts = scripts
        self.button = button  # None where there are no gestures
        self.waiting = []

    def look(self, now: int) -> list:
        """Return the names of the scripts that shall start."""
        names = []
        for ticks, level in self.source.changes(now):
            if level in self.levels:
                names.append("")
            if self.button:
                names += self.button.change(ticks, level)
        if self.button:
            names += self.button.look(now)
        return [name for name in names if name in self.scripts]

    def wait_ms(self, now: int):
        """Return after how long to look again; None if only an edge can change anything."""
        waits = [self.source.wait_ms(now)]
        if self.button:
            waits.append(self.button.wait_ms(now))
        return min([wait for wait in waits if wait is not None], default=None)


async def run(node, triggers: list, flag) -> None:
    """Start scripts as the pins ask for them; never returns. ``flag`` is set by interrupts."""
    while True:
        now = time.ticks_ms()
        for trigger in triggers:
            for name in trigger.look(now):
                start(node, trigger, name)
        waits = [trigger.wait_ms(now) for trigger in triggers]
        wait_ms = min([wait for wait in waits if wait is not None], default=None)
        if wait_ms is None:
            await flag.wait()
            continue
        try:
            await asyncio.wait_for_ms(flag.wait(), wait_ms)
        except asyncio.TimeoutError:
            pass


def start(node, trigger: Trigger, name: str) -> None:
    """Start a script, or let it wait until those before it are done."""
    if len(trigger.waiting) >= _MOST:
        node.log.info(trigger.tag + ": too quick, one left out")
        return
    trigger.waiting.append(trigger.scripts[name])
    actions.start(node, trigger.tag, trigger.waiting)
