"""Dates of the Gregorian calendar as numbers of days since 1970-01-01, for any year."""

RARE = True


def days(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a date."""
    if month < 3:  # a year that begins in March has its odd day at the end
        year -= 1
        month += 12
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * (month - 3) + 2) // 5 + day - 719469


def date(number: int) -> tuple:
    """Return (year, month, day) of a number of days since 1970-01-01.

    Source: the inverse of ``days``, by eras of 400 years that begin in March.
    """
    number += 719468
    era, of_era = divmod(number, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    return year + 400 * era + (month > 9), month + 3 if month < 10 else month - 9, day


def weekday(number: int) -> int:
    """Return the day of the week, 0 is Monday."""
    return (number + 3) % 7


def is_leap(year: int) -> bool:
    """Tell whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


class Fixed:
    """A zone without summer time, so many seconds ahead of UTC; the others are in ``tz``."""

    def __init__(self, ahead_s: int):
        self.ahead_s = ahead_s

    def offset_s(self, _: int) -> int:
        """Return the seconds to add to UTC."""
        return self.ahead_s

    def to_utc(self, local_s: int) -> int:
        """Return the moment of a local time."""
        return local_s - self.ahead_s


def zone(get):
    """Return the zone of a configuration: ``tz``, or else always the minutes of ``utc``."""
    if get("tz") == "n/a":
        return Fixed(get("utc") * 60)
    from tepal.formats import tz

    return tz.Zone(get("tz"))
