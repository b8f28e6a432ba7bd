"""Where the node is: its time zone, and its place on earth."""

from tepal.formats import tz

RARE = True
_EVER_S = 1 << 40


def zone(get) -> tz.Zone:
    """Return the time zone of the configuration: ``tz``, or else the minutes of ``utc``."""
    text = get("tz")
    return tz.fixed(get("utc")) if text == "n/a" else tz.Zone(text)


def place(get):
    """Return (latitude, longitude) of the configuration key ``place``; None if it says nothing."""
    text = get("place")
    return None if text == "n/a" else coordinates(text)


def coordinates(text: str):
    """Return (latitude, longitude) in degrees of ``48.2,16.4``; None if the text is neither."""
    words = text.split(",")
    try:
        latitude, longitude = [float(word) for word in words]
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude


def period(text: str, now: int) -> tuple:
    """Return (begin, end, offset): the seconds to add to UTC now, and when they hold."""
    here = tz.Zone(text)
    return now, here.change_after(now) or _EVER_S, here.offset_s(now)
