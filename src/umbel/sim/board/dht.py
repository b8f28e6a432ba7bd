"""A stand-in for ``dht``: a sensor that measures what the host has set."""

import simulated


class DHTBase:
    """The five bytes that the sensor sends."""

    def __init__(self, pin):
        self._number = pin.number
        self.buf = bytearray(5)

    def measure(self):
        """Take a reading. Raises: OSError, if the host has put no sensor there."""
        if self._number not in simulated.climate:
            raise OSError(110)  # ETIMEDOUT, as the real driver has it
        celsius, humidity = simulated.climate[self._number]
        tenths = int(abs(celsius) * 10 + 0.5) | (0x8000 if celsius < 0 else 0)
        wet = int(humidity * 10 + 0.5)
        data = (wet >> 8, wet & 255, tenths >> 8, tenths & 255)
        self.buf[:] = bytes(data + (sum(data) & 255,))


DHT11 = DHT22 = DHTBase
