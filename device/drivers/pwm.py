"""Channels of a lamp on PWM outputs."""

from micropython import const

TOP = 1000
_FULL = const(65535)


def writer(outputs: list):
    """Return a function that brings ``outputs`` to levels of 0..TOP."""

    def write(levels: list) -> None:
        for output, level in zip(outputs, levels):
            output.duty_u16(level * _FULL // TOP)

    return write
