"""Mark: how long after an edge, and after a second, the node runs a command."""

import asyncio
import time

from machine import PWM, Pin
from micropython import const

HELP = ("edge", "press count=50", "house count=50", "second", "seconds")
_PIN = const(4)  # irq1 of an ESP32
_PAUSE_MS = const(40)

_edges = []
_seconds = []


def edge():
    """Note the moment; the trigger calls this."""
    _edges.append(time.ticks_us())


async def press(count=50):
    """Press the button so often; return the microseconds to each command."""
    took = []
    for _ in range(count):
        _edges.clear()
        begin = time.ticks_us()
        Pin(_PIN).value(1)
        while not _edges:
            await asyncio.sleep_ms(1)
        took.append(time.ticks_diff(_edges[0], begin))
        Pin(_PIN).value(0)
        await asyncio.sleep_ms(_PAUSE_MS)
    return took


async def house(count=50):
    """Wave at a motion sensor so often; return the microseconds until its lamp is on."""
    lamp = PWM(Pin(2))
    took = []
    for _ in range(count):
        begin = time.ticks_us()
        Pin(3).value(1)
        while not lamp.duty_u16():
            await asyncio.sleep_ms(0)
        took.append(time.ticks_diff(time.ticks_us(), begin))
        Pin(3).value(0)
        await asyncio.sleep_ms(_PAUSE_MS)
    return took


def second():
    """Note how far the second has gone; the schedule calls this."""
    _seconds.append(time.time() % 1)


def seconds():
    """Return all that was noted, in milliseconds."""
    return [(part * 1000 + 500) % 1000 - 500 for part in _seconds]
