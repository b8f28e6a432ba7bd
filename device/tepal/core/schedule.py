"""The schedule at work: sleeps until the next firing, starts its commands; see ``planning``."""

import asyncio

from micropython import const

from tepal.core import actions

_LONGEST_MS = const(30000)  # so long a jump of the clock may stay unnoticed
_JUMP_MS = const(2000)
_LOOK_MS = const(5)
_UNSET_MS = const(1000)
_WRITE_MS = const(60000)  # flash wears


class Schedule:
    """``crontasks`` of the configuration; ``run`` is its task."""

    def __init__(self, node):
        self.node = node
        self.firings = []  # the next (UTC seconds, number of the entry, its commands), in order
        self.upto = 0  # UTC seconds; all that was due until then has been started
        self.base_ms = 0  # wall clock minus uptime
        self.unwritten = False  # something was started that flash does not know of
        self.written_ms = -_WRITE_MS  # uptime
        self.changed = asyncio.Event()
        node.clock.listeners += (self.changed.set,)
        node.closing.append(self.close)

    async def run(self) -> None:
        """Fire what is due; never returns."""
        await self.align()
        self.plan(after_boot=True)
        while True:
            was_changed = await self.wait()
            if await self.has_jumped():
                self.plan(after_jump=True)
            elif was_changed:
                await self.align()
                self.upto = max(self.upto, self.node.clock.now())  # what is new was never due
                self.unwritten = True
                self.plan()
            elif self.fire():
                await asyncio.sleep_ms(0)  # first they begin
                if not self.firings:
                    self.plan()
            self.write()

    def plan(self, after_boot: bool = False, after_jump: bool = False) -> None:
        """Find the next firings; after a boot or a jump of the clock also what was missed."""
        from tepal.core import planning

        if after_boot:
            planning.recall(self)
        if after_boot or after_jump:
            planning.catch_up(self)
        planning.plan(self)

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
        second = self.node.clock.now()
        late_ms = self.now_ms() - second * 1000
        if -_JUMP_MS <= late_ms <= _JUMP_MS + 1000:
            self.base_ms -= min(late_ms, 0) + max(late_ms - 999, 0)
            return False
        await self.align()
        return True

    async def align(self) -> None:
        """Find out where within its second the chip's clock is; wait where nobody has set it."""
        clock = self.node.clock
        while not clock.now():
            await asyncio.sleep_ms(_UNSET_MS)
        if not isinstance(clock.now_s(), float):
            start = clock.now()
            while clock.now() == start:
                await asyncio.sleep_ms(_LOOK_MS)
        now = clock.now_s()
        second = int(now)
        part_ms = int((now - second) * 1000)
        self.base_ms = (second + clock.epoch_s) * 1000 + part_ms - clock.uptime_ms()

    def now_ms(self) -> int:
        """Return milliseconds since 1970: as right as the chip's clock, and finer."""
        return self.base_ms + self.node.clock.uptime_ms()

    def fire(self) -> bool:
        """Start what is due, each entry in a task of its own; False if nothing is."""
        count = len(self.firings)
        while self.firings and self.firings[0][0] * 1000 <= self.now_ms():
            self.upto, number, lines = self.firings.pop(0)
            self.start(number, lines)
        if self.firings:
            self.upto = max(self.upto, min(self.node.clock.now(), self.firings[0][0] - 1))
        return len(self.firings) < count

    def start(self, number: int, lines: tuple) -> None:
        """Start the commands of an entry, unless they still run."""
        self.unwritten = True
        tag = "cron.%d" % number
        if not actions.start(self.node, tag, [lines]):
            self.node.log.info(tag + " still runs and was not started again")

    def write(self) -> None:
        """Remember over a reboot what was started, at most once a minute."""
        now_ms = self.node.clock.uptime_ms()
        if self.unwritten and now_ms - self.written_ms >= _WRITE_MS:
            self.written_ms = now_ms
            self.unwritten = False
            self.remember(False)

    def close(self) -> None:
        """Remember that nothing was started since."""
        if self.base_ms:
            self.remember(True)

    def remember(self, is_all: bool) -> None:
        """Write the record; ``is_all`` tells that the node starts nothing more."""
        from tepal.core import planning

        planning.remember(self, is_all)
