"""Motion: a sensor whose pin is high while it sees somebody."""

from micropython import const

from tepal.core.devices import Sensor

_MINUTE_MS = const(60000)


class MotionSensor(Sensor):
    """Rules: minutes that a motion lasts; 0 follows the pin."""

    motion = False
    _rose = False  # since the last look; a pulse may be shorter than that

    def __init__(self, pin):
        self._pin = pin

    def condition_met(self) -> bool:
        """Return whether there was motion lately."""
        return self.motion

    def note(self, pin) -> None:
        """Note an edge; an interrupt calls this."""
        if pin.value():
            self._rose = True
        super().note(pin)

    def look(self, now_ms: int) -> bool:
        """Begin, go on or end; a new motion makes the time begin anew."""
        before = self.motion
        is_high = self._pin.value() or self._rose
        self._rose = False
        if is_high and self.enabled:
            self._begin(now_ms)
        elif "look" not in self.timers:
            self.motion = False
        return self.motion != before

    def changed(self, now_ms: int) -> None:
        """Measure the time anew; who begins to take part sees what is there now."""
        if not self.enabled:
            self.motion = False
            self.timers.pop("look", None)
            return
        if self.motion:
            self._begin(now_ms)
        self.is_noted = True

    def trigger(self) -> bool:
        """See somebody."""
        self._begin(self.house.now_ms())
        return True

    def _begin(self, now_ms: int) -> None:
        self.motion = True
        minutes = self.current_rule if isinstance(self.current_rule, (int, float)) else 0
        self.timers.pop("look", None)
        if minutes or not self._pin.value():  # a pulse with rule 0 is over at the next look
            self.timers["look"] = now_ms + max(1, int(minutes * _MINUTE_MS))
