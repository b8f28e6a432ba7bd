"""Sunrise and sunset from date and place, to within some minutes.

Source: The Astronomical Almanac, low-precision coordinates of the sun (0.01 degrees, 1950 to 2050).
"""

from math import acos, asin, atan2, cos, pi, sin, tan

from micropython import const

RARE = True
_HALF_DAY_MIN = const(720)
_J2000 = const(10957)  # 2000-01-01 in days since 1970; the almanac counts from its noon
_TURN = const(3600000000)  # 360 degrees in steps of 1e-7: boards reckon with seven digits
_HORIZON = -0.833  # degrees: half the sun's disc and the refraction


def place(text: str):
    """Return (latitude, longitude) in degrees of ``48.2,16.4``; None if the text is neither."""
    try:
        latitude, longitude = [float(word) for word in text.split(",")]
    except ValueError:
        return None
    if -90 <= latitude <= 90 and -180 <= longitude <= 180:
        return latitude, longitude


def times(number: int, latitude: float, longitude: float) -> tuple:
    """Return (sunrise, sunset) of a day in minutes since its midnight UTC; may lie beyond the day.

    ``number`` is the day since 1970-01-01; north and east are positive, in degrees. Each is None
    where the sun does not rise or set on that day.
    """
    rise = _event(number, latitude, longitude, -1)
    return rise, _event(number, latitude, longitude, 1)


def _event(number: int, latitude: float, longitude: float, side: int):
    minutes = _HALF_DAY_MIN - 4 * longitude
    for _ in range(2):  # the second round takes the sun of the event itself, not that of noon
        declination, equation = _sun(number, minutes)
        height = latitude * pi / 180
        cosine = sin(_HORIZON * pi / 180) / (cos(height) * cos(declination))
        cosine -= tan(height) * tan(declination)
        if not -1 <= cosine <= 1:
            return None
        angle = acos(cosine) * 180 / pi
        minutes = _HALF_DAY_MIN - 4 * (longitude - side * angle) - equation
    return int(minutes + 0.5)


def _sun(number: int, minutes: float) -> tuple:
    """Return (declination in radians, minutes by which a sundial is ahead) of a moment."""
    day = number - _J2000
    part = (minutes - _HALF_DAY_MIN) / 1440
    mean = 280.460 + (day * 9856474 % _TURN) / 1e7 + 0.9856474 * part
    anomaly = (357.528 + (day * 9856003 % _TURN) / 1e7 + 0.9856003 * part) * pi / 180
    longitude = (mean + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) * pi / 180
    tilt = (23.439 - 0.0000004 * day) * pi / 180
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude)) * 180 / pi
    equation = (mean - ascension + 180) % 360 - 180  # degrees
    return asin(sin(tilt) * sin(longitude)), 4 * equation
