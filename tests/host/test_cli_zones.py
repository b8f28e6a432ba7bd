"""Names of time zones: each becomes what a node understands, and means the same there."""

from __future__ import annotations

import datetime
import zoneinfo
from datetime import UTC

import pytest

from tepal.formats import tz
from umbel.cli import _zones
from umbel.errors import UmbelError

MOMENTS = range(1735689600, 1861920000, 13 * 86400 + 3600)  # 2025 to 2028
ODD = {"Africa/Casablanca", "Africa/El_Aaiun"}  # their summer time follows the moon, year by year
NONE = {"localtime", "Factory"}


def test_the_name_of_a_zone_becomes_its_rule():
    assert _zones.posix("Europe/Vienna") == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert _zones.posix("Asia/Kathmandu") == "<+0545>-5:45"
    assert _zones.posix("UTC") == "UTC0"


def test_what_is_a_rule_already_stays():
    for text in ("CET-1CEST,M3.5.0,M10.5.0/3", "<+0545>-5:45", "JST-9", "n/a"):
        assert _zones.posix(text) == text


def test_zones_of_the_database_are_understood_and_right():
    for name in sorted(zoneinfo.available_timezones() - NONE)[::4]:
        zone = tz.Zone(_zones.posix(name))
        other = zoneinfo.ZoneInfo(name)
        if name in ODD:
            continue
        for moment in MOMENTS[-8:]:
            offset = datetime.datetime.fromtimestamp(moment, UTC).astimezone(other).utcoffset()
            assert offset is not None
            assert zone.offset_s(moment) == offset.total_seconds(), (name, moment)


@pytest.mark.parametrize("name", ["Europe/Wien", "vienna", "Mars", "../etc/passwd", "", "CET-"])
def test_an_unknown_name_is_refused_with_a_proposal(name: str):
    with pytest.raises(UmbelError) as error:
        _zones.posix(name)

    assert error.value.remedy
    if name in ("Europe/Wien", "vienna"):
        assert "Europe/Vienna" in error.value.remedy


def test_without_the_system_database_that_of_python_is_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoneinfo, "TZPATH", ())

    assert _zones.posix("Australia/Lord_Howe") == "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
