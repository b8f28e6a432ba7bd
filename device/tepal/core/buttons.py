"""A button: what people do with it, made of its level."""

import time

from micropython import const

LONG_MS = const(700)
DOUBLE_MS = const(350)  # from the end of the first click to the end of the second


class Button:
    """``names`` are the gestures that somebody waits for; ``pressed`` is the level that means so."""

    def __init__(self, names, pressed: int):
        self.names = names
        self.pressed = pressed
        self.begin = None  # ticks at which it was pressed, while that may still become something
        self.end = None  # ticks at which the first click of perhaps two has ended

    def change(self, ticks: int, level: int) -> list:
        """Return the gestures that a change of the level completes."""
        found = self.look(ticks)
        if level == self.pressed:
            self.begin = ticks
            return found + ["press"]
        if self.begin is not None:
            self.begin = None
            if "double" not in self.names:
                found.append("click")
            elif self.end is None:
                self.end = ticks
            else:
                self.end = None
                found.append("double")
        return found + ["release"]

    def look(self, now: int) -> list:
        """Return the gestures that are complete because time has passed."""
        found = []
        if self.begin is not None:
            if "long" in self.names and time.ticks_diff(now, self.begin) >= LONG_MS:
                self.begin = self.end = None
                found.append("long")
        elif self.end is not None and time.ticks_diff(now, self.end) >= DOUBLE_MS:
            self.end = None
            found.append("click")
        return found

    def wait_ms(self, now: int):
        """Return after how long to look again; None if only a change can complete a gesture."""
        if self.begin is not None:
            if "long" not in self.names:
                return None
            return max(0, time.ticks_diff(self.begin, now) + LONG_MS)
        if self.end is not None:
            return max(0, time.ticks_diff(self.end, now) + DOUBLE_MS)
        return None
