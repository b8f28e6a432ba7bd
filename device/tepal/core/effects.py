"""Fades, animations and the ADC, as load modules of the original know them; see ``compat``."""

import asyncio

from micropython import const

_SLOWEST_MS = const(10000)
_LARGEST_BATCH = const(256)
_SHORTEST_STEP_MS = const(5)
_FULL_SCALE_V = 2.45  # what the ADC of an ESP32 reads as its highest value


class AnimationPlayer:
    """A base class: ``animation()`` is a generator function that yields the arguments of ``update``.

    Who derives from it gives ``update(*frame)``, ``draw()`` and ``clear()``.
    """

    def __init__(self, animation=None, tag: str = "animation", batch_size: int = 8, loop=True):
        self.animation = animation
        self.tag = tag + ".player"
        self.loop = loop
        self.speed_ms = 50
        self.batch_size = batch_size

    def update(self, *frame) -> None:
        """Take one step of the animation."""

    def draw(self) -> None:
        """Show what the steps have made."""

    def clear(self) -> None:
        """Show nothing."""

    def control(self, speed_ms=None, batch=None, loop=None) -> dict:
        """Change how it plays; return how it does."""
        if speed_ms is not None:
            self.speed_ms = max(0, min(int(speed_ms), _SLOWEST_MS))
        if batch is not None:
            self.batch_size = max(0, min(int(batch), _LARGEST_BATCH))
        if loop is not None:
            self.loop = bool(loop)
        return {"speed_ms": self.speed_ms, "batch": self.batch_size, "loop": self.loop}

    def play(self, animation=None, speed_ms=None, batch=None, loop=None) -> dict:
        """Begin, or begin anew with another animation."""
        from tepal.core import compat

        self.control(speed_ms, batch, loop)
        self.animation = animation or self.animation
        if compat.node.tasks.is_busy(self.tag):
            return {self.tag: "Already running"}
        return compat.micro_task(self.tag, self._play())

    def stop(self) -> bool:
        """End it; tell whether it was playing."""
        from tepal.core import compat

        return compat.manage_task(self.tag, "kill")[0]

    async def _play(self) -> None:
        try:
            while self.animation:
                playing = self.animation
                await self._play_once(playing)
                if not self.loop and playing is self.animation:
                    break
        finally:
            self.clear()

    async def _play_once(self, playing) -> None:
        waiting = 0
        for frame in playing():
            self.update(*frame)
            waiting += 1
            if waiting >= self.batch_size:
                waiting = 0
                self.draw()
                await asyncio.sleep_ms(max(1, self.speed_ms))
            if playing is not self.animation:
                return
        self.draw()
        await asyncio.sleep_ms(max(1, self.speed_ms))


def transition(from_val: int, to_val: int, step_ms: int, interval_sec: float):
    """Yield whole numbers from one to the other, one for each ``step_ms`` of the time."""
    steps = max(1, int(interval_sec * 1000) // max(1, step_ms))
    for step in range(1, steps + 1):
        yield from_val + (to_val - from_val) * step // steps


def transition_gen(*pairs, interval_sec: float = 1.0):
    """Return (a generator for each from, to pair, or the only one; milliseconds for a step)."""
    widest = max([abs(pairs[i + 1] - pairs[i]) for i in range(0, len(pairs), 2)])
    step_ms = max(_SHORTEST_STEP_MS, int(interval_sec * 1000) // max(1, widest))
    fades = [
        transition(pairs[i], pairs[i + 1], step_ms, interval_sec) for i in range(0, len(pairs), 2)
    ]
    return (fades[0] if len(fades) == 1 else fades), step_ms


class SmartADC:
    """An analog pin."""

    _known = {}

    def __init__(self, pin: int):
        self.pin = pin

    @classmethod
    def get_instance(cls, pin: int) -> "SmartADC":
        """Return the one object for ``pin``."""
        if pin not in cls._known:
            cls._known[pin] = cls(pin)
        return cls._known[pin]

    def get(self) -> dict:
        """Return the level: raw 0..65535, percent, and volts."""
        from tepal.core import compat

        raw = compat.node.io.analog(self.pin)
        level = raw / 65535
        volts = round(level * _FULL_SCALE_V, 2)
        return {"raw": raw, "percent": round(level * 1000) / 10, "volt": volts}
