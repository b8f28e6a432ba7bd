"""Schedules as text, and when they fire.

    tasks  = task {";" task}      each with one command
           | task {";;" task}     each with several: "!" command {";" command}
    task   = when "!" command
    when   = weekday ":" hour ":" minute ":" second | ("sunrise" | "sunset") [("+"|"-") minutes]
    field  = item {"," item}      item = ("*" | number ["-" number]) ["/" step]

Weekday 0 is Monday; a range may wrap, 5-1 is Saturday to Tuesday.
"""

from collections import namedtuple

from micropython import const

from tepal.formats import calendar
from tepal.formats.command import parse as parse_command
from tepal.formats.errors import TepalError

RARE = True

# when: ("clock", weekdays, hours, minutes, seconds), each a bit mask, or ("sunset", minutes)
Entry = namedtuple("Entry", ("number", "when", "commands", "text"))

_FIELDS = const((("weekday", 7), ("hour", 24), ("minute", 60), ("second", 60)))
_ALL_HOURS = const(0xFFFFFF)
_DAY_S = const(86400)
_MAX_ENTRIES = const(32)
_MAX_OFFSET_MIN = const(720)
_NO_NUMBER = const(9999)
_A_YEAR = const(367)  # days; near the poles the sun may not set for half of one


def parse(text: str, faults=None) -> list:
    """Return the entries of a schedule; what begins with ``#`` is left out.

    Raises: TepalError ``schedule``, with what was expected and at which character. With a list
    ``faults`` nothing is raised: what is wrong is added to it, and the other entries returned.
    """
    entries = []
    at = 0
    separator = ";;" if ";;" in text else ";"
    for number, part in enumerate(_cut(text, separator, 0, faults)):
        try:
            if number >= _MAX_ENTRIES:
                raise _fault("at most %d entries" % _MAX_ENTRIES, at, part)
            if part.strip() and part.strip()[0] != "#":
                entries.append(_entry(number + 1, part, at))
        except TepalError as error:
            if faults is None:
                raise
            faults.append(str(error))
        at += len(part) + len(separator)
    return entries


def next_after(when: tuple, after_s: int, zone, place=None):
    """Return the first moment after ``after_s`` (UTC, since 1970) at which ``when`` fires.

    A local time that the change to summer time leaves out fires as long after the change; one that
    occurs twice fires the first time. Where every hour is meant, every hour that passes counts.
    ``place`` is (latitude, longitude); without it, and where the sun stays up, the answer is None.
    """
    if when[0] != "clock":
        return _next_sun(when, after_s, zone, place)
    if when[2] == _ALL_HOURS:
        return _next_interval(when, after_s, zone)
    local = after_s + zone.offset_s(after_s)
    day, time = divmod(local, _DAY_S)
    while True:
        if when[1] >> calendar.weekday(day) & 1:
            found = _next_time(when, time)
            while found is not None:
                moment = zone.to_utc(day * _DAY_S + found)
                if moment > after_s:
                    return moment
                found = _next_time(when, found + 1)
        day += 1
        time = 0


def _next_interval(when: tuple, after_s: int, zone) -> int:
    moment = after_s + 1
    while True:
        start, offset = moment, zone.offset_s(moment)
        day, time = divmod(moment + offset, _DAY_S)
        found = None
        if when[1] >> calendar.weekday(day) & 1:
            found = _next_time(when, time)
        moment += (_DAY_S if found is None else found) - time
        if zone.offset_s(moment) != offset:  # the clocks change before: look again from there on
            moment = _change(start, moment, offset, zone)
        elif found is not None:
            return moment


def _change(low: int, high: int, offset: int, zone) -> int:
    """Return the moment between two at which the zone leaves ``offset``."""
    while high - low > 1:
        middle = (low + high) // 2
        if zone.offset_s(middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _next_time(when: tuple, time: int):
    """Return the first second of a day that is not before ``time``; None if there is none."""
    _, _, hours, minutes, seconds = when
    hour, rest = divmod(time, 3600)
    minute, second = divmod(rest, 60)
    second = _first(seconds, second)
    if second < 0:
        minute, second = minute + 1, _first(seconds, 0)
    found = _first(minutes, minute)
    if found != minute:
        minute, second = found, _first(seconds, 0)
    if minute < 0:
        hour, minute, second = hour + 1, _first(minutes, 0), _first(seconds, 0)
    found = _first(hours, hour)
    if found != hour:
        minute, second = _first(minutes, 0), _first(seconds, 0)
    return None if found < 0 else found * 3600 + minute * 60 + second


def _first(mask: int, start: int) -> int:
    """Return the lowest bit of ``mask`` that is not below ``start``; -1 if there is none."""
    mask >>= start
    if not mask:
        return -1
    while not mask & 1:
        mask >>= 1
        start += 1
    return start


def _next_sun(when: tuple, after_s: int, zone, place):
    if place is None:
        return None
    from tepal.formats import sun

    tag, offset_min = when
    day = (after_s + zone.offset_s(after_s)) // _DAY_S - 1
    for number in range(day, day + _A_YEAR):
        minutes = sun.times(number, place[0], place[1])[tag == "sunset"]
        if minutes is not None:
            moment = number * _DAY_S + (minutes + offset_min) * 60
            if moment > after_s:
                return moment
    return None


def _cut(text: str, separator: str, at: int, faults=None) -> list:
    if "'" not in text and '"' not in text and "[" not in text and "{" not in text:
        return text.split(separator)
    from tepal.formats import quoting

    try:
        return quoting.cut(text, separator)
    except TepalError as error:
        if faults is None:
            raise TepalError("schedule", "%s, from character %d on" % (error.detail, at + 1))
        return text.split(separator)  # a quote that does not end spoils its own entry only


def _entry(number: int, part: str, at: int) -> Entry:
    when, mark, commands = part.partition("!")
    if not mark:
        raise _fault("a time and !", at, part)
    lines = [line.strip() for line in _cut(commands, ";", at + len(when) + 1)]
    lines = [line for line in lines if line and line[0] != "#"]
    if not lines:
        raise _fault("a command behind !", at + len(part), part)
    for line in lines:
        try:
            parse_command(line)
        except TepalError as error:
            place = at + part.find(line, len(when)) + 1
            raise TepalError("schedule", "%s, at character %d" % (error.detail, place))
    at += len(when) - len(when.lstrip())
    return Entry(number, _when(when.strip(), at), tuple(lines), part.strip())


def _when(text: str, at: int) -> tuple:
    for tag in ("sunrise", "sunset"):
        if text.startswith(tag):
            offset = text[len(tag) :]
            if offset and (offset[0] not in "+-" or _number(offset[1:]) > _MAX_OFFSET_MIN):
                raise _fault("+ or - and minutes up to 720", at + len(tag), text)
            return (tag, int(offset or "0"))
    fields = text.split(":")
    if len(fields) != 4:
        raise _fault("weekday:hour:minute:second, sunrise or sunset", at, text)
    masks = []
    for field, (name, size) in zip(fields, _FIELDS):
        masks.append(_mask(field, name, size, at))
        at += len(field) + 1
    return ("clock",) + tuple(masks)


def _mask(field: str, name: str, size: int, at: int) -> int:
    mask = 0
    for item in field.split(","):
        numbers, slash, step = item.partition("/")
        low, dash, high = numbers.partition("-")
        first, last = _number(low), _number(high if dash else low)
        if numbers == "*":
            first, last = 0, size - 1
        if first >= size or last >= size:
            raise _fault("%s 0..%d, a range or *" % (name, size - 1), at, field)
        stride = _number(step) if slash else 1
        if not 0 < stride < size:
            raise _fault("a step of 1..%d" % (size - 1), at, field)
        for distance in range(0, (last - first) % size + 1, stride):
            mask |= 1 << (first + distance) % size
        at += len(item) + 1
    return mask


def _number(digits: str) -> int:
    """Return the number that some digits spell, one too large for anything where they do not."""
    for digit in digits:
        if digit not in "0123456789":
            return _NO_NUMBER
    return int(digits) if 0 < len(digits) < 5 else _NO_NUMBER


def _fault(expected: str, at: int, near: str) -> TepalError:
    text = "%s expected at character %d, near %s"
    return TepalError("schedule", text % (expected, at + 1, near.strip()[:24]))
