"""Time zones as POSIX writes them: ``CET-1CEST,M3.5.0,M10.5.0/3`` (IEEE 1003.1, TZ variable)."""

from micropython import const

from tepal.formats import calendar
from tepal.formats.errors import TepalError

RARE = True
_DAY_S = const(86400)
_HOUR_S = const(3600)
_EVER_S = const(0x10000000000)
_MAX_TEXT = const(64)  # characters


class Zone:
    """``Zone(text)``; raises TepalError ``time_zone`` with the place of the fault."""

    def __init__(self, text: str):
        self._text = text
        self._at = 0
        if len(text) > _MAX_TEXT:
            raise self._fault("at most 64 characters")
        self._name()
        self.standard_s = -self._time(24)  # seconds to add to UTC; POSIX counts the other way
        self.summer_s = self.standard_s
        self._rules = None
        if self._at < len(text):
            self._name()
            self.summer_s += _HOUR_S
            if self._peek() not in ",":
                self.summer_s = -self._time(24)
            self._rules = (self._rule(), self._rule())
        if self._at < len(text):
            raise self._fault("the end")

    def offset_s(self, utc_s: int) -> int:
        """Return the seconds to add to UTC at a moment."""
        if not self._rules:
            return self.standard_s
        year = calendar.date((utc_s + self.standard_s) // _DAY_S)[0]
        begin, end = self._summer(year)
        if begin < end:
            return self.summer_s if begin <= utc_s < end else self.standard_s
        # South of the equator summer spans the new year.
        return self.standard_s if end <= utc_s < begin else self.summer_s

    def change_after(self, utc_s: int):
        """Return the next moment at which the clocks change; None if they never do."""
        if not self._rules:
            return None
        year = calendar.date((utc_s + self.standard_s) // _DAY_S)[0]
        moments = self._summer(year - 1) + self._summer(year) + self._summer(year + 1)
        return min([moment for moment in moments if moment > utc_s])

    def to_utc(self, local_s: int) -> int:
        """Return the moment of a local time.

        A local time that occurs twice means the first; one that is left out in spring means the
        moment as long after the change as it lies behind it.
        """
        first, second = self.standard_s, self.summer_s
        if first < second:
            first, second = second, first
        if self.offset_s(local_s - first) == first:
            return local_s - first
        return local_s - second

    def _summer(self, year: int) -> tuple:
        """Return the moments when summer time begins and ends in a year."""
        begin, end = self._rules or ((), ())
        return (
            _moment(begin, year) - self.standard_s,
            _moment(end, year) - self.summer_s,
        )

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, characters: str) -> str:
        start = self._at
        while self._peek() and self._peek() in characters:
            self._at += 1
        return self._text[start : self._at]

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._fault(character)
        self._at += 1

    def _fault(self, expected: str) -> TepalError:
        text = "%s expected at character %d of %s"
        return TepalError("time_zone", text % (expected, self._at + 1, self._text[:_MAX_TEXT]))

    def _name(self) -> None:
        start = self._at
        if self._peek() == "<":
            end = self._text.find(">", start)
            self._at = end + 1 if end > 0 else start
        else:
            while self._peek().isalpha():
                self._at += 1
        if self._at - start < 3:
            raise self._fault("a name of three letters")

    def _number(self, highest: int) -> int:
        digits = self._take("0123456789")
        if not digits or len(digits) > 4 or int(digits) > highest:
            raise self._fault("a number up to %d" % highest)
        return int(digits)

    def _time(self, highest: int) -> int:
        """Return the seconds of ``[+|-]hh[:mm[:ss]]``."""
        sign = -1 if self._peek() == "-" else 1
        if self._peek() and self._peek() in "+-":
            self._at += 1
        seconds = self._number(highest) * _HOUR_S
        for unit in (60, 1):
            if self._peek() != ":":
                break
            self._at += 1
            seconds += self._number(59) * unit
        return sign * seconds

    def _rule(self) -> tuple:
        """Return (kind, numbers, seconds) of ``,Mm.w.d``, ``,Jn`` or ``,n``, perhaps with a time."""
        self._expect(",")
        kind = self._peek()
        if kind == "M":
            self._at += 1
            month = self._number(12)
            self._expect(".")
            week = self._number(5)
            self._expect(".")
            numbers = (month, week, self._number(6))
            if not month or not week:
                raise self._fault("month 1..12 and week 1..5")
        else:
            if kind == "J":
                self._at += 1
            else:
                kind = "n"
            numbers = (self._number(365),)
        seconds = 2 * _HOUR_S
        if self._peek() == "/":
            self._at += 1
            seconds = self._time(167)
        return kind, numbers, seconds


def _moment(rule: tuple, year: int) -> int:
    """Return the local time of a rule in a year, in seconds since 1970."""
    kind, numbers, seconds = rule
    if kind == "M":
        month, week, weekday = numbers  # 0 is Sunday
        first = calendar.days(year, month, 1)
        day = first + (weekday - 1 - calendar.weekday(first)) % 7 + 7 * (week - 1)
        following = calendar.days(year + month // 12, month % 12 + 1, 1)
        while day >= following:  # week 5 is the last one
            day -= 7
    else:
        day = calendar.days(year, 1, 1) + numbers[0]
        if kind == "J":  # 1..365, and there is no 29 February
            day += -1 if numbers[0] < 60 or not calendar.is_leap(year) else 0
    return day * _DAY_S + seconds


def period(text: str, now: int) -> tuple:
    """Return (begin, end, offset): the seconds to add to UTC now, and when they hold."""
    here = Zone(text)
    return now, here.change_after(now) or _EVER_S, here.offset_s(now)
