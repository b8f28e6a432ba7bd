import time

from tepal.core.clock import Clock
from tepal.formats import calendar

_2026 = 1795266000  # 2026-11-21 13:00:00 UTC


def clock_of(now_s, utc=0, tz="n/a"):
    return Clock(now_s, {"utc": utc, "tz": tz}.get)


def seconds(unix):
    """The same moment in the epoch of this port."""
    return unix - (0 if time.gmtime(0)[0] == 1970 else 946684800)


def test_the_local_time_is_shifted_by_the_offset():
    clock = clock_of(lambda: seconds(_2026), 90)

    assert clock.local() == (2026, 11, 21, 14, 30, 0, 5)
    assert clock.now() == _2026
    assert clock.stamp() == "2026-11-21 14:30:00"


def test_a_clock_that_nobody_set_is_said_to_be_so():
    clock = clock_of(lambda: seconds(1609459334))

    assert clock.now() == 0
    assert clock.stamp()[0] == "+"


def test_uptime_does_not_follow_the_wall_clock():
    jumps = [0]
    clock = clock_of(lambda: seconds(_2026) + jumps[0])
    begin = time.ticks_ms()
    before = clock.uptime_ms()
    jumps[0] = -1000000

    gone = clock.uptime_ms() - before
    assert 0 <= gone < 1000 + time.ticks_diff(time.ticks_ms(), begin)


def test_summer_time_comes_by_itself():
    now = [calendar.days(2027, 3, 28) * 86400 + 3599]
    clock = clock_of(lambda: seconds(now[0]), tz="CET-1CEST,M3.5.0,M10.5.0/3")

    assert clock.stamp() == "2027-03-28 01:59:59"
    now[0] += 1
    assert clock.stamp() == "2027-03-28 03:00:00"
    now[0] -= 86400  # also when the clock is set back
    assert clock.stamp() == "2027-03-27 02:00:00"
    now[0] += 86400 * 217
    assert clock.stamp() == "2027-10-30 03:00:00"


def test_a_zone_that_changes_is_in_force_at_once():
    told = []
    config = {"utc": 0, "tz": "n/a"}
    clock = Clock(lambda: seconds(_2026), config.get)
    clock.listeners += (lambda: told.append(True),)
    assert clock.local()[3] == 13

    config["tz"] = "JST-9"
    clock.publish()

    assert clock.local()[3] == 22
    assert told == [True]
