"""Rules by time: which one is in force at a moment, and when the next begins.

    key     = [days] time [offset]
    days    = day ["-" day] {"," day ["-" day]}           mon-fri, sat,sun; a range may wrap
    time    = "HH:MM" | "sunrise" | "sunset" | keyword
    offset  = ("+" | "-") ("HH:MM" | minutes)             twelve hours at most
    keyword = a name that stands for "HH:MM" or for the sun, perhaps with an offset of its own

Days and times are local. A local time that the change to summer time leaves out comes as long
after the change; one that occurs twice comes the first time.
"""

# Of the part devices, which a release can leave out.

from tepal.formats import calendar, rules
from tepal.formats.errors import TepalError

RARE = True
_DAYS = "mon tue wed thu fri sat sun"
_EVERY_DAY = 127
_DAY_S = 86400
MOST = 64  # rules of one schedule, and keywords
_WEEK = 8  # days: the last firing of a weekly rule is not further away
_MOST_OFFSET = 720  # minutes
_SUN = ("sunrise", "sunset")


def parse(key: str, keywords=None) -> tuple:
    """Return (weekdays as a bit mask, "" or "sunrise" or "sunset", minutes) of a key.

    Raises: TepalError ``schedule``, with what was expected.
    """
    days, space, time = key.strip().partition(" ")
    mask = _EVERY_DAY
    if space and days[:3].lower() in _DAYS.split():
        mask = _mask(days)
    else:
        time = key.strip()
    tag, minutes = _time(time.strip(), keywords or {})
    return mask, tag, minutes


def is_keyword(name: str) -> bool:
    """Tell whether a keyword may have this name: it must not look like a time or an offset."""
    if not name or not name[0].isalpha() or name in _SUN or len(name) > 32:
        return False
    for char in name:
        if not (char.isalpha() or char.isdigit() or char in "_- "):
            return False
    return name[:3].lower() not in _DAYS.split()


class Almanac:
    """Moments of a zone and a place. Reckons each day once: ``zone`` as ``calendar.zone``.

    ``place`` is (latitude, longitude) or None; without it nothing happens at sunset.
    """

    def __init__(self, zone, place=None):
        self._zone = zone
        self._place = place
        self._midnights = {}
        self._suns = {}

    def moment(self, when: tuple, day: int):
        """Return the second (UTC, since 1970) of a rule on a local day; None if it has none."""
        mask, tag, minutes = when
        if not mask >> calendar.weekday(day) & 1:
            return None
        if tag:
            risen = self._sun(day)[tag == "sunset"]
            return None if risen is None else day * _DAY_S + (risen + minutes) * 60
        day += minutes // 1440
        minutes %= 1440
        start, is_even = self._midnight(day)
        if is_even:
            return start + minutes * 60
        return self._zone.to_utc(day * _DAY_S + minutes * 60)

    def last(self, when: tuple, now: int):
        """Return the last moment of a rule that is not after ``now``; None if there is none."""
        for day in range(self._day(now) + 1, self._day(now) - _WEEK - 1, -1):
            moment = self.moment(when, day)
            if moment is not None and moment <= now:
                return moment
        return None

    def next(self, when: tuple, now: int):
        """Return the first moment of a rule after ``now``; None if there is none in a week."""
        for day in range(self._day(now) - 1, self._day(now) + _WEEK + 1):
            moment = self.moment(when, day)
            if moment is not None and moment > now:
                return moment
        return None

    def in_force(self, whens: list, now: int) -> tuple:
        """Return (moment, place in the list) of the rule that began last; (None, -1) for none.

        Of two that began at the same moment the later in the list is in force.
        """
        found = (None, -1)
        for place, when in enumerate(whens):
            moment = self.last(when, now)
            if moment is not None and (found[0] is None or moment >= found[0]):
                found = (moment, place)
        return found

    def upcoming(self, whens: list, now: int):
        """Return the first moment after ``now`` at which one of the rules begins; None for none."""
        moments = [self.next(when, now) for when in whens]
        return min([moment for moment in moments if moment is not None], default=None)

    def _day(self, moment: int) -> int:
        return (moment + self._zone.offset_s(moment)) // _DAY_S

    def _midnight(self, day: int) -> tuple:
        """Return when a day begins, and whether it has 24 hours."""
        if day not in self._midnights:
            start = self._zone.to_utc(day * _DAY_S)
            is_even = self._zone.to_utc((day + 1) * _DAY_S) - start == _DAY_S
            self._midnights[day] = (start, is_even)
        return self._midnights[day]

    def _sun(self, day: int) -> tuple:
        if self._place is None:
            return None, None
        if day not in self._suns:
            from tepal.formats import sun

            self._suns[day] = sun.times(day, self._place[0], self._place[1])
        return self._suns[day]


def _time(text: str, keywords, with_offset: bool = True) -> tuple:
    if text in keywords:
        return _time(str(keywords[text]), {})
    minutes = clock(text)
    if minutes is not None:
        return "", minutes
    if text in _SUN:
        return text, 0
    at = max(text.rfind("+"), text.rfind("-")) if with_offset else 0
    offset = _offset(text[at + 1 :]) if at > 0 else None
    if offset is None:
        raise TepalError(
            "schedule", "HH:MM, sunrise, sunset or a keyword expected near " + text[:24]
        )
    tag, minutes = _time(text[:at], keywords, False)
    return tag, minutes + (offset if text[at] == "+" else -offset)


def clock(text: str):
    """Return the minutes of ``HH:MM``; None if it is no time of day."""
    hour, _, minute = text.partition(":")
    is_one = len(hour) < 3 and len(minute) == 2 and rules.is_digits(hour + minute) and bool(hour)
    if is_one and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 60 + int(minute)
    return None


def _offset(text: str):
    minutes = clock(text)
    if minutes is None and rules.is_digits(text) and len(text) < 4:
        minutes = int(text)
    return minutes if minutes is not None and minutes <= _MOST_OFFSET else None


def _mask(text: str) -> int:
    names: list = _DAYS.split()
    mask = 0
    for item in text.lower().split(","):
        first, dash, last = item.strip().partition("-")
        if first not in names or (dash and last not in names):
            raise TepalError("schedule", "days as mon-fri or sat,sun expected near " + item[:24])
        begin = names.index(first)
        end = names.index(last) if dash else begin
        for step in range((end - begin) % 7 + 1):
            mask |= 1 << (begin + step) % 7
    return mask
