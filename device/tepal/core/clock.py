"""Time: milliseconds since boot that never jump, and the wall clock that people read."""

import time

from micropython import const

_UNIX_YEAR = const(1970)
_DECADES_S = const(946684800)  # from 1970 to 2000, where some ports begin to count
_EVER = const(1 << 40)
_KNOWN_S = const(1704067200)  # 2024; an earlier time means that nobody set the clock


class Clock:
    """``now_s()`` is the chip's clock, in seconds of the port's epoch; ``get`` reads the
    configuration; without it local time is UTC.
    """

    listeners: tuple = ()  # functions to call when the clock was set, or the configuration is another one
    zone = (0, 0, 0)  # between the first two moments, UTC, the third is to be added to UTC

    def __init__(self, now_s, get=None):
        self.now_s = now_s
        self.get = get
        self.epoch_s = 0 if time.gmtime(0)[0] == _UNIX_YEAR else _DECADES_S
        self.last = time.ticks_ms()
        self.elapsed = 0

    def uptime_ms(self) -> int:
        """Return milliseconds since boot; to be asked at least every six days."""
        now = time.ticks_ms()
        self.elapsed += time.ticks_diff(now, self.last)
        self.last = now
        return self.elapsed

    def now(self) -> int:
        """Return seconds since 1970, UTC; 0 while nobody has set the clock."""
        now = int(self.now_s()) + self.epoch_s
        return now if now > _KNOWN_S else 0

    def offset(self) -> int:
        """Return the seconds to add to UTC for the time of day here and now."""
        now = int(self.now_s()) + self.epoch_s
        if not self.zone[0] <= now < self.zone[1]:
            self.zone = (now, _EVER, self.get("utc") * 60 if self.get else 0)
            if self.get and self.get("tz") != "n/a":
                from tepal.formats import tz

                self.zone = tz.period(self.get("tz"), now)
        return self.zone[2]

    def local(self) -> tuple:
        """Return (year, month, day, hour, minute, second, weekday) here; 0 is Monday."""
        return time.gmtime(int(self.now_s()) + self.offset())[:7]

    def stamp(self) -> str:
        """Return the local time as ``2026-11-21 13:05:00``, or seconds of uptime while unset."""
        if not self.now():
            return "+%d.%03ds" % divmod(self.uptime_ms(), 1000)
        return "%04d-%02d-%02d %02d:%02d:%02d" % self.local()[:6]

    def publish(self) -> None:
        """Tell that the chip's clock was set, or that the configuration has changed."""
        self.zone = (0, 0, 0)
        for listener in self.listeners:
            listener()
