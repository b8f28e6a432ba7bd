"""An input whose interrupt only notes; bounce is taken out of what it has noted."""

import time

from micropython import const

_MOST = const(8)  # edges that wait to be looked at


class Input:
    """``level`` is the level without bounce.

    The first edge counts at once; for ``quiet_ms`` behind it all others are bounce. Whatever the
    level is then is right again, so nothing that lasts is lost.
    """

    def __init__(self, pin, quiet_ms: int, flag):
        self.pin = pin
        self.quiet_ms = quiet_ms
        self.flag = flag
        self.edges = []  # (ticks, level behind it)
        self.level = self.seen = pin.value()  # seen: by the interrupt, with all its bounce
        self.newest = 0  # ticks of the newest edge that counts
        self.is_quiet = True

    def note(self, pin) -> None:
        """Note an edge; the interrupt calls this, and may do so between any two steps of ours."""
        now = time.ticks_ms()
        is_over = self.is_quiet or time.ticks_diff(now, self.newest) >= self.quiet_ms
        if is_over and len(self.edges) < _MOST:
            self.is_quiet = False
            self.newest = now
            self.edges.append((now, 1 - self.seen))
        self.seen = pin.value()
        self.flag.set()

    def changes(self, now: int) -> list:
        """Return the (ticks, level) pairs of what has happened until ``now``, in order."""
        found = []
        while self.edges:
            ticks, level = self.edges.pop(0)
            if level == self.level:  # the way back was quicker than a bounce
                found.append((ticks, 1 - level))
            found.append((ticks, level))
            self.level = level
        if not self.is_quiet and time.ticks_diff(now, self.newest) >= self.quiet_ms:
            self.seen = level = self.pin.value()
            if level == self.level:
                self.is_quiet = True
            else:
                self.newest = now
                self.level = level
                found.append((now, level))
        return found

    def wait_ms(self, now: int):
        """Return after how long to look again; None if only an edge can change anything."""
        if self.is_quiet:
            return None
        return max(0, time.ticks_diff(self.newest, now) + self.quiet_ms)
