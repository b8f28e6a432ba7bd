"""Dummy: a sensor without hardware, for schedules and for other programs."""

from tepal.core.devices import Sensor


class Dummy(Sensor):
    """Rules: on or off, which is what it says; enabled means no opinion."""

    def condition_met(self):
        """Return what its rule says."""
        if self.current_rule in ("on", "off"):
            return self.current_rule == "on"
        return None

    def trigger(self) -> bool:
        """Say on."""
        self.follow("on")
        return True
