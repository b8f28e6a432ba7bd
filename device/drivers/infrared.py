"""Infrared remotes: from a code to the light of an LED, on a PWM output.

A code is text, one of
    9000,4500,560,…      microseconds on, off, on …, as learning receivers print them
    nec:20DF10EF         32 bits as most remotes send them; the highest bit first
    samsung:E0E040BF     the same after a shorter start
"""

import time

from micropython import const

RARE = True
HERTZ = const(38000)
_DUTY = const(21845)  # a third: what LEDs of remotes are made for
_START = {"nec": (9000, 4500), "samsung": (4500, 4500)}  # microseconds
_MARK = const(560)
_ZERO = const(560)
_ONE = const(1690)
_MOST = const(255)  # durations
_LONGEST_US = const(300000)  # of a whole code: nothing else runs meanwhile


def durations(code: str) -> list:
    """Return the microseconds on, off, on … of a code; an odd number. Raises: ValueError."""
    name, colon, digits = code.partition(":")
    if colon:
        return _protocol(name, digits)
    if len(code) > 6 * _MOST:
        raise ValueError("at most %d durations expected" % _MOST)
    found = [int(word) for word in code.split(",")]
    if len(found) % 2 == 0:
        found.pop()  # the pause behind it
    if not found or len(found) > _MOST or min(found) < 1 or sum(found) > _LONGEST_US:
        raise ValueError("1 to %d durations of together 300 ms expected" % _MOST)
    return found


def _protocol(name: str, digits: str) -> list:
    is_hexadecimal = all(digit in "0123456789abcdef" for digit in digits.lower())
    if name not in _START or len(digits) != 8 or not is_hexadecimal:
        raise ValueError("nec: or samsung: and eight hexadecimal digits expected")
    bits = int(digits, 16)
    found = list(_START[name])
    for place in range(31, -1, -1):
        found.append(_MARK)
        found.append(_ONE if bits >> place & 1 else _ZERO)
    found.append(_MARK)
    return found


def send(output, parts: list, clock=time) -> None:
    """Flash ``parts`` with a PWM output; each edge has its own due time, so that no delay adds up."""
    due = clock.ticks_us()
    level = _DUTY
    try:
        for part in parts:
            output.duty_u16(level)
            level = _DUTY - level
            due = clock.ticks_add(due, part)
            left = clock.ticks_diff(due, clock.ticks_us())
            if left > 0:
                clock.sleep_us(left)
    finally:
        output.duty_u16(0)
