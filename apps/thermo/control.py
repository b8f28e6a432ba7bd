"""How warm it should be, and whether to heat: numbers in, numbers out."""

from sunrise.wake import minutes_until, parse_days

_HYSTERESIS = 0.3  # degrees; a relay that clicks each minute is soon broken
_LOWEST, _HIGHEST = -30, 60  # what a room can be; else the sensor is wrong


def target(said, local):
    """Return the degrees wanted at this local time, warm ``early`` minutes before who wakes."""
    left = minutes_until(local, parse_days(said["days"]), said["hour"], said["minute"])
    now = local[3] * 60 + local[4]
    is_late = now >= said["bedtime"] * 60
    is_before = now < said["hour"] * 60 + said["minute"]
    if 0 <= left <= said["early"]:
        return said["day"]
    return said["night"] if is_late or is_before else said["day"]


def heats(degrees, wanted, is_on):
    """Tell whether to heat; between the two limits it stays as it is."""
    if degrees <= wanted - _HYSTERESIS:
        return True
    if degrees >= wanted + _HYSTERESIS:
        return False
    return is_on


def degrees(reading):
    """Return the temperature in what a sensor says. Raises: ValueError if that cannot be."""
    for name in reading:
        if name.startswith("temp"):
            value = reading[name]
            if _LOWEST < value < _HIGHEST:
                return value
            raise ValueError("%s degrees cannot be" % value)
    raise ValueError("a sensor with a temperature expected")
