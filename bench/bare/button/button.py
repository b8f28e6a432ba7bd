"""The least hardware, and a pin that nobody presses. Apart, because names count."""

import sys

import bare


class Pin:
    IN = IRQ_RISING = PULL_UP = 1
    IRQ_FALLING = PULL_DOWN = 2

    def __init__(self, *_):
        pass

    def value(self):
        return 0

    def irq(self, handler, _):
        self.handler = handler


class EdgeFlag:
    async def wait(self):
        await sys.modules["asyncio"].Event().wait()


def boot():
    """Run the node."""
    bare.machine.PLATFORM = "rp2"
    bare.machine.Pin = Pin
    bare.machine.EdgeFlag = EdgeFlag
    bare.boot()
