from house import refused

from tepal.formats import calendar
from tepal.formats.tz import Zone


def at(year, month, day, hour=0, minute=0):
    return calendar.days(year, month, day) * 86400 + hour * 3600 + minute * 60


def test_days_and_dates_are_inverse():
    for number in range(-800000, 800000, 997):
        assert calendar.days(*calendar.date(number)) == number
    assert calendar.date(20778) == (2026, 11, 21)
    assert calendar.weekday(20778) == 5


def test_summer_time_begins_and_ends_on_time():
    zone = Zone("CET-1CEST,M3.5.0,M10.5.0/3")

    assert zone.offset_s(at(2026, 3, 29, 0, 59)) == 3600
    assert zone.offset_s(at(2026, 3, 29, 1, 0)) == 7200
    assert zone.offset_s(at(2026, 10, 25, 0, 59)) == 7200
    assert zone.offset_s(at(2026, 10, 25, 1, 0)) == 3600
    assert zone.change_after(at(2026, 6, 1)) == at(2026, 10, 25, 1)
    assert zone.change_after(at(2026, 12, 31, 23)) == at(2027, 3, 28, 1)


def test_summer_spans_the_new_year_in_the_south():
    zone = Zone("AEST-10AEDT,M10.1.0,M4.1.0/3")

    assert zone.offset_s(at(2026, 1, 1)) == 11 * 3600
    assert zone.offset_s(at(2026, 7, 1)) == 10 * 3600
    assert zone.change_after(at(2026, 1, 1)) == at(2026, 4, 4, 16)


def test_odd_zones_are_understood():
    assert Zone("<+0545>-5:45").offset_s(0) == 5 * 3600 + 45 * 60
    lord_howe = Zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")
    assert lord_howe.offset_s(at(2026, 1, 1)) == 11 * 3600
    assert lord_howe.offset_s(at(2026, 7, 1)) == 10 * 3600 + 1800
    assert Zone("EST5EDT,J60/0,300/1:30").offset_s(at(2026, 3, 1, 5)) == -4 * 3600
    assert Zone("UTC0").change_after(0) is None
    assert calendar.zone({"tz": "n/a", "utc": -90}.get).offset_s(0) == -5400
    assert calendar.zone({"tz": "n/a", "utc": 60}.get).offset_s(0) == 3600


def test_what_is_no_zone_is_refused_with_the_place_of_the_fault():
    for text, expected in (
        ("", "a name of three letters expected at character 1"),
        ("Europe/Vienna", "a number up to 24 expected at character 7"),
        ("CET", "a number up to 24 expected at character 4"),
        ("CET-1CEST", ", expected at character 10"),
        ("CET-1CEST,M3.5.0", ", expected at character 17"),
        ("CET-1CEST,M13.5.0,M10.5.0", "a number up to 12"),
        ("CET-1CEST,M3.0.0,M10.5.0", "month 1..12 and week 1..5"),
        ("CET-25", "a number up to 24"),
        ("CET-1x", "a name of three letters"),
        ("<+01-1", "a name of three letters"),
        ("UTC0 ", "a name of three letters"),
        ("CET-1CEST,M3.5.0,M10.5.0/3 ", "the end"),
        ("A" * 65 + "0", "at most 64"),
    ):
        assert expected in refused(Zone, text), text


def test_a_local_time_becomes_a_moment():
    zone = Zone("CET-1CEST,M3.5.0,M10.5.0/3")

    assert zone.to_utc(at(2026, 7, 1, 12)) == at(2026, 7, 1, 10)
    assert zone.to_utc(at(2026, 10, 25, 2, 30)) == at(2026, 10, 25, 0, 30)  # the first of two
    assert zone.to_utc(at(2026, 3, 29, 2, 30)) == at(2026, 3, 29, 1, 30)  # there is none
