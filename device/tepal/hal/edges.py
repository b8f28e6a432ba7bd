"""Inputs that interrupt."""

import asyncio

import machine

RARE = True


def flag():
    """Return what an interrupt sets and a task waits for: ``set()``, ``await wait()``."""
    if hasattr(machine, "EdgeFlag"):  # a simulated board has one of its own
        return machine.EdgeFlag()  # pyright: ignore[reportAttributeAccessIssue]
    return asyncio.ThreadSafeFlag()


def watch(number: int, pull: str, handler):
    """Return an input; ``handler(pin)`` is called after each edge, between two steps of ours.

    ``pull`` is its resistor: ``up``, ``down`` or none.
    """
    pin = machine.Pin(number, machine.Pin.IN)
    if pull:
        resistor = machine.Pin.PULL_UP if pull == "up" else machine.Pin.PULL_DOWN
        pin = machine.Pin(number, machine.Pin.IN, resistor)
    pin.irq(handler, machine.Pin.IRQ_RISING | machine.Pin.IRQ_FALLING)
    return pin
