"""The schedule at work: sleeps until the next firing, starts its commands; see ``planning``."""

import asyncio

from micropython import const

_LONGEST_MS = const(30000)  # so long a jump of the clock may stay unnoticed
_JUMP_MS = const(3000)
_UNSET_MS = const(1000)


class Schedule:
    """``crontasks`` of the configuration; ``run`` is its task."""

    def __init__(self, node):
        self.node = node
        self.firings = ()  # the next (UTC seconds, number of the entry, its commands), in order
        self.last = 0  # UTC seconds; all that was due until then has been started
        self.offset = 0  # ms, wall clock minus uptime
        self.unwritten = False  # something was started that flash does not know of
        self.since = None  # uptime in ms at the last write
        self.changed = asyncio.Event()
        node.clock.listeners += (self.changed.set,)
        node.closing.append(self.remember)

    async def run(self) -> None:
        """Fire what is due; never returns."""
        await self.align()
        self.plan("boot")
        while True:
            was_changed = await self.wait()
            if await self.has_jumped():
                self.plan("jump")
            elif was_changed:
                await self.align()
                self.plan("change")
            elif self.fire():
                await asyncio.sleep_ms(0)  # first they begin
                if not self.firings:
                    self.plan()
            if self.unwritten:
                self.remember(False)

    def plan(self, behind: str = "") -> None:
        """Find the next firings; see ``planning`` for what may lie ``behind``."""
        from tepal.core import planning

        planning.plan(self, behind)

    async def wait(self) -> bool:
        """Return when something is due, or after a while; True if something has changed."""
        left_ms = _LONGEST_MS
        if self.firings:
            left_ms = min(left_ms, self.firings[0][0] * 1000 - self.now_ms())
        try:
            await asyncio.wait_for_ms(self.changed.wait(), max(left_ms, 0))
        except asyncio.TimeoutError:
            return False
        self.changed.clear()
        return True

    async def has_jumped(self) -> bool:
        """Tell whether somebody has set the clock; ``now_ms`` follows it in any case."""
        late_ms = self.now_ms() - self.node.clock.now() * 1000
        if abs(late_ms) <= _JUMP_MS:
            self.offset -= min(late_ms, 0) + max(late_ms - 999, 0)
            return False
        await self.align()
        return True

    async def align(self) -> None:
        """Find out where within its second the chip's clock is; wait where nobody has set it."""
        while not self.node.clock.now():
            await asyncio.sleep_ms(_UNSET_MS)
        from tepal.core import planning

        await planning.align(self, asyncio.sleep_ms)

    def now_ms(self) -> int:
        """Return milliseconds since 1970: as right as the chip's clock, and finer."""
        return self.offset + self.node.clock.uptime_ms()

    def fire(self) -> bool:
        """Start what is due, each entry in a task of its own; False if nothing is."""
        if not self.firings or self.firings[0][0] * 1000 > self.now_ms():
            self.last = max(self.last, self.node.clock.now() - 1)
            return False
        from tepal.core import actions

        actions.fire(self)
        return True

    def remember(self, is_all: bool = True) -> None:
        """Remember over a reboot what was started; ``is_all`` means that it starts nothing more."""
        from tepal.core import planning

        planning.remember(self, is_all)
