"""The least hardware, and as many pins as somebody wants, which do nothing. Apart, because names count."""

import sys

import bare


class Pin:
    IN, OUT, IRQ_RISING, PULL_UP = 1, 3, 1, 1
    IRQ_FALLING = PULL_DOWN = 2

    def __init__(self, *_):
        pass

    def value(self, *_):
        return 0

    def irq(self, handler, _):
        pass


class PWM:
    def __init__(self, *_):
        pass

    def freq(self, _):
        pass

    def duty_u16(self, _):
        pass


class EdgeFlag:
    def __init__(self):
        self.event = sys.modules["asyncio"].Event()

    def set(self):
        self.event.set()

    async def wait(self):
        await self.event.wait()
        self.event.clear()


def boot():
    """Run the node."""
    bare.machine.PLATFORM = "rp2"
    bare.machine.Pin = Pin
    bare.machine.PWM = PWM
    bare.machine.EdgeFlag = EdgeFlag
    bare.boot()
