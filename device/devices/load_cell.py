"""A load cell with an HX711: whether something lies on it, or somebody."""

from micropython import const

from drivers import hx711
from tepal.core.devices import Sensor

_TARE_OF = const(4)  # readings
_SHARE = const(4)  # a new reading counts a quarter: who turns over in bed is still there


class LoadCell(Sensor):
    """Rules: the load from which on it wants its targets on, in steps of the chip."""

    commands = ("tare", "read", "get_raw")
    poll_ms = 1000
    current = None  # the load, smoothed; None: not known
    _empty = None  # what the chip says without load

    def __init__(self, pin_data, pin_clock):
        self._data, self._clock = pin_data, pin_clock
        pin_clock.value(0)

    def condition_met(self):
        """Return whether the load is above the rule, whichever way the cell is mounted."""
        rule = self.current_rule
        if not isinstance(rule, (int, float)):
            rule = self.default_rule
        if self.current is None or not isinstance(rule, (int, float)):
            return False
        return abs(self.current) > rule

    async def measure(self) -> None:
        """Weigh; the first time, what lies there counts as nothing."""
        empty = await self.tare() if self._empty is None else self._empty
        load = await self.get_raw() - empty
        self.current = (
            load if self.current is None else self.current + (load - self.current) / _SHARE
        )

    async def tare(self) -> int:
        """Let what lies on it count as nothing; return what the chip says to it."""
        total = 0
        for _ in range(_TARE_OF):
            total += await self.get_raw()
        self._empty = total // _TARE_OF
        self.current = None
        self._decide()
        return self._empty

    async def read(self):
        """Return the load of now, smoothed."""
        await self.measure()
        self._decide()
        return self.current

    def _decide(self) -> None:
        """Let the targets know: what was asked for has changed the load as well."""
        self.house.is_news = True
        self.house.flag.set()

    async def get_raw(self) -> int:
        """Return what the chip says."""
        return await hx711.read(self._clock, self._data, self.node.io.wires().shift_in)

    def changed(self, now_ms: int) -> None:
        """Forget what lay on it before it was disabled."""
        if not self.enabled:
            self.current = None

    def details(self) -> dict:
        """Return the load."""
        return {"load": self.current}
