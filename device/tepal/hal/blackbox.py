"""A few bytes that outlast a reset, though not the loss of power: what the node was doing.

On an ESP32 they are in the memory of the clock, on a Pico in four registers of the watchdog that
the firmware leaves alone. Writing takes microseconds and wears nothing. Other boards have none.
"""

import sys

import machine
from micropython import const

RARE = True
_SIZE = const(16)  # bytes


def recorder():
    """Return the function that notes the beginning of a text; None where there is no place."""
    if hasattr(machine, "RTC") and hasattr(machine.RTC, "memory"):
        return machine.RTC().memory
    if sys.platform == "rp2":
        from tepal.hal import scratch

        return scratch.note
    return None


def noted() -> str:
    """Return what was noted last; nothing after the loss of power."""
    data = b""
    if hasattr(machine, "RTC") and hasattr(machine.RTC, "memory"):
        data = machine.RTC().memory()
    elif sys.platform == "rp2":
        from tepal.hal import scratch

        data = scratch.noted()
    return "".join([chr(byte) for byte in data[:_SIZE] if 32 <= byte < 127])


def clear() -> None:
    """Note nothing: what comes now is in order."""
    note = recorder()
    if note:
        note("")
