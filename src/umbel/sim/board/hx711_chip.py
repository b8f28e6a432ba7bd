"""A stand-in for the chip HX711: at each pulse of its clock pin it shows the next bit."""

import asyncio

import machine


class Hx711:
    """A chip that always has a measurement; ``raw`` is what lies on its cell."""

    def __init__(self, data: int, clock: int, raw: int = 0):
        self.raw = raw
        self._data, self._clock = machine.Pin(data), machine.Pin(clock)
        self._left = 0
        self._data.value(0)
        self._clock.irq(self._pulse, machine.Pin.IRQ_RISING)

    def _pulse(self, pin) -> None:
        if not self._left:
            self._left, self._bits = 25, (self.raw & 0xFFFFFF) << 1 | 1
        self._left -= 1
        self._data.value(self._bits >> self._left & 1)
        if not self._left:
            self._task = asyncio.create_task(self._measure())

    async def _measure(self) -> None:
        await asyncio.sleep_ms(2)
        self._data.value(0)
