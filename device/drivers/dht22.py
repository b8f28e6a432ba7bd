"""DHT22 (AM2302): five bytes in, degrees and humidity out. Source: Aosong AM2302 datasheet."""

from micropython import const

PAUSE_MS = 2000  # between two readings; the sensor answers with old values before

_SIGN = const(0x8000)


def decode(data: bytes) -> tuple:
    """Return (degrees Celsius, percent of relative humidity), both in steps of 0.1.

    Raises: ValueError (checksum, or values that the sensor cannot have).
    """
    if len(data) != 5 or sum(data[:4]) & 255 != data[4]:
        raise ValueError("checksum")
    humidity = (data[0] << 8 | data[1]) / 10
    tenths = data[2] << 8 | data[3]
    celsius = (tenths & ~_SIGN) / 10
    if tenths & _SIGN:
        celsius = -celsius
    if humidity > 100 or not -40 <= celsius <= 125:
        raise ValueError("out of range")
    return celsius, humidity
