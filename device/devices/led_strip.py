"""LED strip of one colour, or a lamp, on a PWM pin."""

from micropython import const

from tepal.core.devices import Device

_TOP = const(1023)
_FULL = const(65535)


class LedStrip(Device):
    """Rules: brightness 0..1023, and fades."""

    def __init__(self, pin, min_rule: int = 0, max_rule: int = 1023):
        self._pwm = pin
        self.min_rule, self.max_rule = min_rule, max_rule
        pin.duty_u16(0)

    def send(self, state: bool) -> bool:
        """Bring the strip to the current rule, or to darkness."""
        self._pwm.duty_u16(self.current_rule * _FULL // _TOP if state else 0)
        return True
