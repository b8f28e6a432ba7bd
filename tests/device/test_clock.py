import time

from tepal.core.clock import Clock

_2026 = 1795266000  # 2026-11-21 13:00:00 UTC


def seconds(unix):
    """The same moment in the epoch of this port."""
    return unix - (0 if time.gmtime(0)[0] == 1970 else 946684800)


def test_the_local_time_is_shifted_by_the_offset():
    clock = Clock(lambda: seconds(_2026), 90)

    assert clock.local() == (2026, 11, 21, 14, 30, 0, 5)
    assert clock.now() == _2026
    assert clock.stamp() == "2026-11-21 14:30:00"


def test_a_clock_that_nobody_set_is_said_to_be_so():
    clock = Clock(lambda: seconds(1609459334))

    assert clock.now() == 0
    assert clock.stamp()[0] == "+"


def test_uptime_does_not_follow_the_wall_clock():
    jumps = [0]
    clock = Clock(lambda: seconds(_2026) + jumps[0])
    before = clock.uptime_ms()
    jumps[0] = -1000000

    assert 0 <= clock.uptime_ms() - before < 1000
