"""Relay, or anything else that one pin switches."""

from tepal.core.devices import Device


class Relay(Device):
    """On is a high pin, or a low one if ``invert``."""

    def __init__(self, pin, invert: bool = False):
        self._pin = pin
        self._invert = invert
        pin.value(int(invert))

    def send(self, state: bool) -> bool:
        """Drive the pin."""
        self._pin.value(int(state is not self._invert))
        return True
