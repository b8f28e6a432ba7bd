"""A lamp of one or more channels: levels, on and off, brightness, fades. Knows no hardware."""

import asyncio

from micropython import const

_STEP_MS = const(20)
_SMOOTH_MS = const(400)  # a change that should not jump


class Light:
    """``write(levels)`` brings the channels to ``levels``, each 0..``top``.

    While the lamp is off it remembers its levels. A change ends the fade before it; ``changed()``
    is called when it is complete.
    """

    def __init__(self, write, levels: list, top: int, on: bool = False, changed=None):
        self.write = write
        self.levels = levels
        self.top = top
        self.on = on
        self.changed = changed or (lambda: None)
        self.shown = [0] * len(levels)
        self._turn = 0
        self._write(self.target())

    def target(self) -> list:
        """Return the levels that the channels have when nothing is on the way."""
        return self.levels if self.on else [0] * len(self.levels)

    def percent(self) -> int:
        """Return the brightness: the level of the brightest channel."""
        return max(self.levels) * 100 // self.top

    async def show(self, levels, on: bool, smooth: bool) -> None:
        """Go to ``levels`` at once, or ``smooth`` in a moment; None keeps a level."""
        pairs = zip(levels, self.levels)
        wanted = [old if new is None else new for new, old in pairs]
        await self.fade(wanted, on, _SMOOTH_MS if smooth else 0)

    async def toggle(self, state, smooth: bool) -> None:
        """Switch on or off, or over if ``state`` is None."""
        await self.show(self.levels, not self.on if state is None else bool(state), smooth)

    async def dim(self, percent: int, wake: bool, smooth: bool) -> None:
        """Keep the colour, change the brightness; 0 switches off, ``wake`` switches on.

        Raises: ValueError (not 0..100).
        """
        if not 0 <= percent <= 100:
            raise ValueError("percent: 0..100 expected")
        brightest = max(self.levels)
        levels = self.levels
        if percent and brightest:
            levels = [level * self.top * percent // (100 * brightest) for level in levels]
        elif percent:
            levels = [self.top * percent // 100] * len(levels)
        await self.show(levels, percent > 0 and (wake or self.on), smooth)

    async def fade(self, levels: list, on: bool, fade_ms: int) -> None:
        """Go to ``levels`` within ``fade_ms``, or until another change comes.

        Raises: ValueError (a level is no whole number from 0 to ``top``).
        """
        for level in levels:
            if not isinstance(level, int) or not 0 <= level <= self.top:
                raise ValueError("level: 0..%d expected" % self.top)
        self.levels = list(levels)
        self.on = on
        self._turn += 1
        turn = self._turn
        start = self.shown
        target = self.target()
        steps = fade_ms // _STEP_MS
        for step in range(1, steps):
            pairs = zip(start, target)
            self._write([a + (b - a) * step // steps for a, b in pairs])
            await asyncio.sleep_ms(_STEP_MS)
            if self._turn != turn:
                return
        self._write(target)
        self.changed()

    def _write(self, levels: list) -> None:
        self.shown = list(levels)
        self.write(self.shown)
