"""When somebody wakes, and how bright it is before: numbers in, numbers out, for other apps too."""

_DAY = 24 * 60  # minutes
_WEEK = 7
_NEVER = -1


def parse_days(text):
    """Return the weekdays of ``0-4`` or ``5,6``; 0 is Monday. Raises: ValueError."""
    days = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        for day in range(int(first), int(last if dash else first) + 1):
            if not 0 <= day < _WEEK:
                raise ValueError("days: 0 to 6 expected, Monday to Sunday")
            days.append(day)
    return days


def minutes_until(local, days, hour, minute):
    """Return the minutes until somebody wakes, rounded up; -1 if never. 0 is this very minute.

    ``local`` is (year, month, day, hour, minute, second, weekday), as a node has it.
    """
    now = local[3] * 60 + local[4]
    for ahead in range(_WEEK + 1):
        left = ahead * _DAY + hour * 60 + minute - now
        if (local[6] + ahead) % _WEEK in days and left >= 0:
            return left
    return _NEVER


def percent(left, length):
    """Return how bright it should be, ``left`` minutes before somebody wakes: 0 to 100.

    Eyes see ratios: in the dark a small step counts, so it begins slowly.
    """
    if not 0 <= left < length:
        return 0
    part = (length - left) / length
    return max(1, round(100 * part * part))
