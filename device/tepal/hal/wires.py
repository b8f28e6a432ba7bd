"""Chips on a few wires: a bus that two pins make, and bits that a clock brings. Rarely needed."""

import machine

RARE = True


def i2c(scl: int, sda: int):
    """Return an I2C bus on any two pins; its chips are slow, and so is it."""
    return machine.SoftI2C(scl=machine.Pin(scl), sda=machine.Pin(sda), freq=100000)


def shift_in(clock, data, count: int) -> int:
    """Return ``count`` bits, the highest first, that ``data`` shows after each pulse of ``clock``.

    Nothing may come between the edges of a pulse: some chips take a long one for "sleep".
    """
    found = 0
    for _ in range(count):
        state = machine.disable_irq()
        clock.value(1)
        clock.value(0)
        machine.enable_irq(state)
        found = found << 1 | data.value()
    return found
