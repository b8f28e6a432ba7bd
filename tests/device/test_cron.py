from house import refused

from tepal.formats import calendar, cron
from tepal.formats.tz import Zone

UTC = Zone("UTC0")
VIENNA = Zone("CET-1CEST,M3.5.0,M10.5.0/3")
_SATURDAY = calendar.days(2026, 11, 21) * 86400


def firings(text, start, count, zone=UTC, place=None):
    """The next moments of the first entry, in seconds after ``start``."""
    when = cron.parse(text)[0].when
    found = []
    moment = start - 1
    for _ in range(count):
        moment = cron.next_after(when, moment, zone, place)
        found.append(moment - start)
    return found


def test_a_time_of_day_fires_every_day():
    assert firings("*:8:30:15!x y", _SATURDAY, 2) == [30615, 30615 + 86400]


def test_weekdays_are_single_ranges_lists_and_wrap():
    for weekdays, expected in (
        ("5", [0, 7]),
        ("0", [2, 9]),
        ("0-4", [2, 3]),
        ("5-1", [0, 1, 2, 3, 7]),
        ("0-0", [2, 9]),
        ("5,0", [0, 2, 7]),
        ("*/3", [1, 2, 5, 8]),  # Monday, Thursday, Sunday
    ):
        moments = firings(weekdays + ":0:0:0!x y", _SATURDAY, len(expected))
        assert [moment // 86400 for moment in moments] == expected, weekdays


def test_fields_take_ranges_lists_and_steps():
    assert firings("*:8-10:0:0!x y", _SATURDAY, 4) == [28800, 32400, 36000, 115200]
    assert firings("*:0:0,30:0!x y", _SATURDAY, 3) == [0, 1800, 86400]
    assert firings("*:*:*/20:5!x y", _SATURDAY, 4) == [5, 1205, 2405, 3605]
    assert firings("*:22-1/2:0:0!x y", _SATURDAY, 3) == [0, 79200, 86400]
    assert firings("*:*:*:*!x y", _SATURDAY, 3) == [0, 1, 2]
    assert firings("*:5:4-6:59!x y", _SATURDAY + 18359, 2) == [0, 60]


def test_the_sun_may_have_an_offset():
    plain = firings("sunset!x y", _SATURDAY, 1, UTC, (48.2, 16.4))[0]

    assert abs(plain - 15 * 3600 - 9 * 60) < 240
    assert firings("sunset-30!x y", _SATURDAY, 1, UTC, (48.2, 16.4)) == [plain - 1800]
    assert firings("sunrise+720!x y", _SATURDAY, 1, UTC, (48.2, 16.4))[0] > 12 * 3600
    assert cron.next_after(("sunset", 0), _SATURDAY, UTC, None) is None


def test_where_the_sun_stays_away_the_next_sunset_is_months_off():
    days = firings("sunset!x y", _SATURDAY, 1, UTC, (78.2, 15.6))[0] // 86400  # Longyearbyen

    assert 60 < days < 120


def test_what_spring_leaves_out_fires_as_long_after_the_change():
    start = calendar.days(2027, 3, 28) * 86400  # 01:00 UTC is 02:00, and then 03:00

    assert firings("*:2:30:0!x y", start, 2, VIENNA) == [5400, 86400 + 1800]


def test_what_autumn_repeats_fires_once():
    start = calendar.days(2027, 10, 31) * 86400

    assert firings("*:2:30:0!x y", start, 2, VIENNA) == [1800, 86400 + 5400]
    assert firings("*:*:30:0!x y", start, 4, VIENNA) == [1800, 5400, 9000, 12600]


def test_a_weekday_begins_at_midnight_also_after_a_short_day():
    start = calendar.days(2027, 3, 28) * 86400

    assert firings("0:*:0:0!x y", start, 1, VIENNA) == [79200]


def test_semicolons_separate_entries_and_two_of_them_scripts():
    one = cron.parse("*:8:0:0!rgb color 1 2 3; 0-4:6:30:0!dimmer toggle True;sunset-30!cct on")
    two = cron.parse("*:8:0:0!rgb on;cct on;;sunset!say it 'a;;b' \"x;y\";#no;z w")

    assert [entry.commands for entry in one] == [
        ("rgb color 1 2 3",), ("dimmer toggle True",), ("cct on",)
    ]  # fmt: skip
    assert [entry.commands for entry in two] == [
        ("rgb on", "cct on"), ("say it 'a;;b' \"x;y\"", "z w")
    ]  # fmt: skip
    assert [entry.number for entry in one] == [1, 2, 3]
    assert one[1].text == "0-4:6:30:0!dimmer toggle True"


def test_a_fault_says_where_it_is():
    good = "*:8:0:0!rgb on;"
    for text, expected in (
        ("8:0:0!x y", "weekday:hour:minute:second, sunrise or sunset expected at character 16"),
        ("*:25:0:0!x y", "hour 0..23, a range or * expected at character 18"),
        ("*:8:0:60!x y", "second 0..59, a range or * expected at character 22"),
        ("7:8:0:0!x y", "weekday 0..6, a range or * expected at character 16"),
        ("*:8:0/0:0!x y", "a step of 1..59 expected at character 20"),
        ("*:8:1-:0!x y", "minute 0..59"),
        ("*:-8:0:0!x y", "hour 0..23"),
        ("*:8:0:0", "a time and ! expected at character 16"),
        ("*:8:0:0! ", "a command behind ! expected at character 25"),
        ("sunset+721!x y", "+ or - and minutes up to 720 expected at character 22"),
        ("sunset30!x y", "+ or - and minutes"),
        ("sunset+!x y", "+ or - and minutes"),
        ("noon!x y", "weekday:hour:minute:second"),
        ("*:8:0:0!x 1y&&z=& &&&", "at character 24"),
        ("*:8:0:0!x y=[1", "the closing quote or bracket"),
    ):
        assert expected in refused(cron.parse, good + text), text


def test_a_bad_entry_is_reported_and_the_others_are_kept():
    faults = []

    entries = cron.parse("*:8:0:0!a b;nonsense;*:99:0:0!c d;#*:1:0:0!e f;*:9:0:0!g h", faults)

    assert [entry.number for entry in entries] == [1, 5]
    assert len(faults) == 2
    faults.clear()
    assert len(cron.parse('*:8:0:0!a b;*:9:0:0!c "d', faults)) == 1
    assert len(faults) == 1


def test_there_is_a_limit():
    assert "at most 32 entries" in refused(cron.parse, ";".join(["*:8:0:0!a b"] * 33))
    assert cron.parse("") == []
    assert cron.parse(" ; ;") == []
