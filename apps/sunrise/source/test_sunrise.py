"""Sunrise, without a lamp and without waiting."""

import asyncio
import sys
import types
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[2])]

sys.modules.setdefault("tepal", types.SimpleNamespace(TepalError=RuntimeError))

from sunrise.main import turn
from sunrise.wake import minutes_until, parse_days, percent

WORKDAYS = range(5)


class Node:
    """A node whose clock says what the test wants; the app's own log and commands too."""

    def __init__(self, hour, minute, weekday=0):
        self.clock = self.node = self
        self.time = (hour, minute, weekday)
        self.settings = {
            "days": "0-4", "hour": 6, "minute": 30, "minutes": 20, "lamp": "rgb brightness", "stay": 30,
        }  # fmt: skip
        self.lines = []

    def now(self):
        return 1_800_000_000 + 3600 * self.time[0] + 60 * self.time[1]

    def local(self):
        return (2026, 11, 23, self.time[0], self.time[1], 0, self.time[2])

    def text(self, key):
        return key

    def info(self, text):
        self.lines.append(text)

    async def run(self, line):
        self.lines.append(line)


def after(node, state, hour, minute):
    node.time = (hour, minute, 0)
    node.lines.clear()
    asyncio.run(turn(node, state))
    return node.lines


def test_days_are_numbers_ranges_and_lists():
    assert parse_days("0-4") == [0, 1, 2, 3, 4]
    assert parse_days("5,6") == [5, 6]
    for text in ("", "monday", "7", "0-9"):
        with pytest.raises(ValueError, match=r"expected|invalid literal"):
            parse_days(text)


def test_the_next_morning_is_looked_for_over_the_week():
    assert minutes_until((0, 0, 0, 6, 0, 0, 0), WORKDAYS, 6, 30) == 30
    assert minutes_until((0, 0, 0, 6, 30, 0, 0), WORKDAYS, 6, 30) == 0
    assert minutes_until((0, 0, 0, 7, 30, 0, 4), WORKDAYS, 6, 30) == 3 * 24 * 60 - 60
    assert minutes_until((0, 0, 0, 7, 0, 0, 2), [2], 6, 0) == 7 * 24 * 60 - 60
    assert minutes_until((0, 0, 0, 7, 0, 0, 2), [], 6, 0) == -1


def test_the_light_begins_slowly_and_never_goes_down():
    levels = [percent(left, 20) for left in range(20, -1, -1)]

    assert levels[:3] == [0, 1, 1]
    assert levels[-1] == 100
    assert levels == sorted(levels)


def test_a_morning_goes_from_dark_to_bright_and_ends():
    node, state = Node(6, 0), {"shown": 0, "stays": 0}

    assert after(node, state, 6, 9) == []
    assert after(node, state, 6, 20) == ["rgb brightness 25"]
    assert after(node, state, 6, 20) == []
    assert after(node, state, 6, 30) == ["rgb brightness 100", "morning"]
    assert after(node, state, 6, 59) == []
    assert after(node, state, 7, 1) == ["rgb brightness 0"]


def test_without_a_clock_nothing_happens():
    node = Node(6, 30)
    node.now = lambda: 0

    asyncio.run(turn(node, {"shown": 0, "stays": 0}))

    assert node.lines == []
