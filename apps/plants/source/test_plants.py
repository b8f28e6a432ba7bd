"""The plant guard, without water."""

import asyncio
import json
import sys
from pathlib import Path

APPS = Path(__file__).parents[2]
sys.path[:0] = [str(APPS)]

from plants import main
from plants.guard import DAY_MS, moisture, step

SETTINGS = {**json.loads((APPS / "plants" / "config.json").read_text())["settings"], "pump_s": 0}
HOUR_MS = 3600 * 1000
DRY, WET = 52000, 20000


class Node:
    """A node whose time passes as the test wants; pump, log and news of the app too."""

    def __init__(self):
        self.clock = self.node = self.notify = self
        self.settings = SETTINGS
        self.time_ms = 0
        self.told = []
        self.pumped = []

    def uptime_ms(self):
        return self.time_ms

    def text(self, key):
        return key

    def info(self, text):
        pass

    def send(self, text):
        self.told.append(text)

    def value(self, level):
        self.pumped.append(level)


def test_moisture_is_what_a_sensor_says_between_two_marks():
    assert moisture(WET, WET, DRY) == 100
    assert moisture(DRY, WET, DRY) == 0
    assert moisture(36000, WET, DRY) == 50
    assert moisture(DRY + 1000, WET, DRY) == 0
    assert moisture(65535, WET, DRY) is None
    assert moisture(0, WET, DRY) is None


def test_a_wet_plant_is_left_alone_and_a_dry_one_gets_water():
    assert step(SETTINGS, [], 0, 35) == ""
    assert step(SETTINGS, [], 0, 34) == "water"
    assert step(SETTINGS, [], 0, None) == ""


def test_water_has_time_to_sink_in_and_a_day_has_an_end():
    waterings = []

    done = [step(SETTINGS, waterings, hour * HOUR_MS // 4, 10) for hour in range(12)]

    assert done == [
        "water",
        "",
        "water",
        "",
        "water",
        "",
        "water",
        "",
        "tell",
        "tell",
        "tell",
        "tell",
    ]
    assert step(SETTINGS, waterings, DAY_MS, 10) == "water"


def test_the_pump_is_off_again_and_people_are_told_once_a_day():
    node, state = Node(), {"waterings": [], "told": None}

    for hour in range(28):
        node.time_ms = hour * HOUR_MS
        asyncio.run(main.turn(node, state, DRY, node))

    assert node.pumped == [1, 0] * (4 + 4)
    assert node.told == ["still_dry"]


def test_a_sensor_that_was_pulled_waters_nothing():
    node, state = Node(), {"waterings": [], "told": None}

    asyncio.run(main.turn(node, state, 65535, node))

    assert node.pumped == []
    assert node.told == ["no_sensor"]
