"""The node's idea of time, held against that of others: a year in three zones, six sites in the sun."""

# A node's code carries no types where inference will do, and is checked by itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import datetime
import itertools
import zoneinfo
from datetime import UTC, timedelta, timezone

import pytest
from astral import Observer
from astral import sun as astral_sun
from hypothesis import given
from hypothesis import strategies as st

from tepal.formats import cron, sun, tz
from tepal.formats.errors import TepalError

ZONES = {
    "Europe/Vienna": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
}
SITES = {
    "Vienna": (48.21, 16.37),
    "Quito": (-0.18, -78.47),
    "Ushuaia": (-54.8, -68.3),
    "Reykjavik": (64.15, -21.94),
    "Auckland": (-36.85, 174.76),
    "Los Angeles": (34.05, -118.24),
}
YEAR = range(20819, 20819 + 365)  # 2027, in days since 1970
MOST_MINUTES_OFF = 4


def moments(text: str, name: str) -> list[datetime.datetime]:
    """Every firing of a schedule in 2027, as the other library tells local time."""
    zone = tz.Zone(ZONES[name])
    when = cron.parse(text)[0].when
    other = zoneinfo.ZoneInfo(name)
    start = int(datetime.datetime(2027, 1, 1, tzinfo=other).timestamp())
    end = int(datetime.datetime(2028, 1, 1, tzinfo=other).timestamp())
    found: list[datetime.datetime] = []
    moment = start - 1
    while (moment := cron.next_after(when, moment, zone)) is not None and moment < end:
        found.append(datetime.datetime.fromtimestamp(moment, other))
    return found


@pytest.mark.parametrize("name", ZONES)
def test_a_daily_task_fires_once_on_each_day_of_a_year(name: str):
    for hour, minute in ((0, 0), (1, 30), (2, 0), (2, 30), (3, 0), (23, 59)):
        fired = moments(f"*:{hour}:{minute}:0!x y", name)

        assert [moment.timetuple().tm_yday for moment in fired] == list(range(1, 366))
        shifted = [moment for moment in fired if (moment.hour, moment.minute) != (hour, minute)]
        assert len(shifted) <= 1, shifted  # in spring, where that time is left out
        assert all(moment.fold == 0 for moment in fired)


@pytest.mark.parametrize("name", ZONES)
def test_an_hourly_task_fires_in_every_hour_that_passes(name: str):
    fired = [int(moment.timestamp()) for moment in moments("*:*:0:0!x y", name)]
    pauses = {later - sooner for sooner, later in itertools.pairwise(fired)}

    change = 1800 if name == "Australia/Lord_Howe" else 3600
    assert pauses <= {3600, 3600 + change, 7200 - change} - ({7200} if change == 3600 else set())
    assert all(moment.minute == 0 for moment in moments("*:*:0:0!x y", name))


@pytest.mark.parametrize("name", ZONES)
def test_offsets_are_those_of_the_database(name: str):
    zone, other = tz.Zone(ZONES[name]), zoneinfo.ZoneInfo(name)
    for year in (2024, 2026, 2027, 2028, 2037):
        first = int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp())
        for moment in range(first, first + 366 * 86400, 1800):
            there = datetime.datetime.fromtimestamp(moment, other).utcoffset()
            assert there is not None
            assert zone.offset_s(moment) == there.total_seconds(), moment


@pytest.mark.parametrize("place", SITES.values(), ids=SITES)
def test_the_sun_is_within_minutes_of_astral_on_each_day_of_a_year(place: tuple[float, float]):
    observer = Observer(*place)
    by_the_sun = timezone(timedelta(hours=place[1] / 15))  # no event slips into the next day
    for number in YEAR:
        day = datetime.date(1970, 1, 1) + timedelta(number)
        for ours, event in zip(
            sun.times(number, *place), (astral_sun.sunrise, astral_sun.sunset), strict=True
        ):
            theirs = event(observer, day, tzinfo=by_the_sun).timestamp() / 60 - number * 1440
            assert abs(ours - theirs) <= MOST_MINUTES_OFF, (day, ours, theirs)


def test_where_the_sun_does_not_set_there_is_no_sunset():
    midsummer, midwinter = YEAR[172], YEAR[355]

    assert sun.times(midsummer, 78.2, 15.6) == (None, None)
    assert sun.times(midwinter, 78.2, 15.6) == (None, None)


PIECES = st.sampled_from(
    [*"*07-,/:!;+'\"[#\u00b2\u0661 ", "23", "59", "60", ";;", "sunset", "sunrise", "x y", "rgb on"]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_a_schedule_or_refused_in_a_sentence(text: str):
    faults: list[str] = []
    kept = cron.parse(text, faults)
    try:
        entries = cron.parse(text)
    except TepalError as error:
        assert error.code == "schedule"
        assert error.detail
        assert faults
    else:
        assert entries == kept
        assert faults == []
    zone = tz.Zone("UTC0")
    for entry in kept:
        moment = cron.next_after(entry.when, 1800000000, zone, (48.2, 16.4))
        assert moment is not None
        assert moment > 1800000000


@given(st.text(alphabet="ACDEST<>+-0123456789,.:/MJ \u00c4\u00b2", max_size=30))
def test_any_text_is_a_time_zone_or_refused_in_a_sentence(text: str):
    try:
        zone = tz.Zone(text)
    except TepalError as error:
        assert error.code == "time_zone"
        assert error.detail
    else:
        assert abs(zone.offset_s(1800000000)) <= 25 * 3600
