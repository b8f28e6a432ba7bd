"""Thermostats: a thermometer that wants something heated or cooled."""

from micropython import const

from tepal.core.devices import Sensor

_DEAD_MS = const(120000)  # without a reading; then nothing is heated or cooled any more
_AUDIT_MS = const(30000)
_AUDITS = const(3)


class Thermostat(Sensor):
    """Rules: degrees in ``units``. Within ``tolerance`` of that everything stays as it is."""

    poll_ms = 5000
    current = humidity = None  # degrees, percent
    _read_ms = _audit_ms = 0
    _is_on = None  # what it wanted last

    def __init__(self, mode: str, units: str, tolerance: float):
        self.mode, self.units, self.tolerance = mode, units, tolerance
        self.recent_temps = []

    async def read(self) -> tuple:
        """Return (degrees Celsius, percent of humidity). Raises: OSError, ValueError."""
        raise NotImplementedError

    def condition_met(self):
        """Return whether to heat, or to cool; off where the thermometer has long said nothing."""
        if self.current is None:
            return False
        rule = self.current_rule if isinstance(self.current_rule, (int, float)) else None
        wanted = self.default_rule if rule is None else rule
        above = self.current - wanted if self.mode == "cool" else wanted - self.current
        if abs(above) <= self.tolerance:
            return None
        return above > 0

    async def measure(self) -> None:
        """Read the thermometer."""
        now_ms = self.house.now_ms()
        if self.current is not None and now_ms - self._read_ms > _DEAD_MS:
            self.current = self.humidity = None
        celsius, self.humidity = await self.read()
        self._read_ms = now_ms
        self.current = celsius
        if self.units == "fahrenheit":
            self.current = celsius * 9 / 5 + 32
        elif self.units == "kelvin":
            self.current = celsius + 273.15
        self._audit(now_ms)

    def changed(self, now_ms: int) -> None:
        """Forget what was read before it was disabled."""
        if not self.enabled:
            self.current = self.humidity = None

    def details(self) -> dict:
        """Return what the original adds to its status."""
        return {"temp": self.current, "units": self.units, "humid": self.humidity}

    def _audit(self, now_ms: int) -> None:
        """Tell the targets again where three readings go the wrong way: one may not have heard."""
        if self.recent_temps and now_ms - self._audit_ms < _AUDIT_MS:
            return
        self._audit_ms = now_ms
        self.recent_temps = self.recent_temps[-_AUDITS:] + [self.current]
        wish = self.condition_met()
        if wish is not None:
            self._is_on = wish
        temps = self.recent_temps
        if len(temps) <= _AUDITS or self._is_on is None:
            return
        steps = [temps[place + 1] - temps[place] for place in range(_AUDITS)]
        is_falling_wrong = self._is_on == (self.mode == "heat")
        if all((step < 0) if is_falling_wrong else (step > 0) for step in steps):
            self.recent_temps = []
            for target in self.targets:
                target.shown = None
            self.house.flag.set()


class Dht22(Thermostat):
    """With a DHT22."""

    def __init__(self, pin, mode: str, units: str, tolerance: float):
        super().__init__(mode, units, tolerance)
        self._pin = pin

    async def read(self) -> tuple:
        """Return (degrees Celsius, percent of humidity). Raises: OSError, ValueError."""
        from drivers import dht22

        return dht22.decode(self.node.io.dht(self._pin))


class Si7021(Thermostat):
    """With an SI7021."""

    def __init__(
        self, mode: str, units: str, tolerance: float, pin_clock: int = 22, pin_data: int = 21
    ):
        super().__init__(mode, units, tolerance)
        self._pins = pin_clock, pin_data

    async def read(self) -> tuple:
        """Return (degrees Celsius, percent of humidity). Raises: OSError, ValueError."""
        from drivers import si7021

        return await si7021.read(self.node.io.wires().i2c(*self._pins))
