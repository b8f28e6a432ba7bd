"""HX711: 24 bits of a load cell, with a clock of our own. Source: Avia HX711 datasheet."""

import asyncio

from micropython import const

_PULSES = const(25)  # 24 bits, and one more: channel A with gain 128 next time
_LOOK_MS = const(10)
_LIMIT = const(0x800000)


async def read(clock, data, shift_in) -> int:
    """Return the next measurement, in steps of the chip; ten a second at most.

    Waits for as long as the chip is not ready; who calls has a deadline. ``shift_in(clock, data,
    count)`` reads bits. Raises: OSError (there is no chip), ValueError (beyond its range).
    """
    while data.value():
        await asyncio.sleep_ms(_LOOK_MS)
    bits = shift_in(clock, data, _PULSES)
    if not data.value():  # the last pulse makes a chip say that it is busy
        raise OSError("no HX711")
    return decode(bits >> 1)


def decode(bits: int) -> int:
    """Return what 24 bits mean. Raises: ValueError (beyond its range: overload, or a torn wire)."""
    if bits in (_LIMIT, _LIMIT - 1):
        raise ValueError("beyond its range")
    return bits - 2 * _LIMIT if bits & _LIMIT else bits
