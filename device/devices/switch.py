"""Switch: a contact between a pin and the supply."""

from micropython import const

from tepal.core.devices import Sensor

_BOUNCE_MS = const(30)


class Switch(Sensor):
    """On while the contact is closed, or while it is open if ``invert``."""

    _changed_ms = -_BOUNCE_MS

    def __init__(self, pin, invert: bool = False):
        self._pin = pin
        self._invert = invert
        self.switch_closed = bool(pin.value())

    def condition_met(self) -> bool:
        """Return whether it is on."""
        return self.switch_closed is not self._invert

    def look(self, now_ms: int) -> bool:
        """Believe the first edge at once, and none of its bounce."""
        closed = bool(self._pin.value())
        if closed is self.switch_closed:
            return False
        if now_ms - self._changed_ms < _BOUNCE_MS:
            self.timers["look"] = self._changed_ms + _BOUNCE_MS
            return False
        self.switch_closed = closed
        self._changed_ms = now_ms
        self.timers["look"] = now_ms + _BOUNCE_MS  # it may be open again before that is over
        return True
