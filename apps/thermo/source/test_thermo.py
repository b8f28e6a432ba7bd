"""The thermostat, without a heater and without waiting."""

import asyncio
import json
import sys
import types
from pathlib import Path

import pytest

APPS = Path(__file__).parents[2]
sys.path[:0] = [str(APPS)]


class SomeError(Exception):
    """Stands for the error of a node."""


sys.modules.setdefault("tepal", types.SimpleNamespace(TepalError=SomeError))

from thermo.control import degrees, heats, target
from thermo.main import page, turn

SETTINGS = json.loads((APPS / "thermo" / "config.json").read_text())["settings"]


class Node:
    """A node with a sensor and a heater; the app's own log and commands too."""

    def __init__(self, reading, hour=12):
        self.clock = self.node = self
        self.settings = SETTINGS
        self.reading = reading
        self.hour = hour
        self.lines = []

    def local(self):
        return (2026, 11, 23, self.hour, 0, 0, 0)

    def text(self, key):
        return key

    def warn(self, text):
        self.lines.append(text)

    async def run(self, line):
        if line == "dht22 measure":
            return self.reading
        self.lines.append(line)
        return None


def at(hour, minute):
    return target(SETTINGS, (2026, 11, 23, hour, minute, 0, 0))


def test_it_is_warm_in_time_and_cool_at_night():
    assert at(5, 44) == 17
    assert at(5, 45) == 20.5
    assert at(12, 0) == 20.5
    assert at(22, 0) == 17
    assert at(3, 0) == 17


def test_a_relay_does_not_click_each_minute():
    assert heats(20.0, 20.5, is_on=False)
    assert heats(20.6, 20.5, is_on=True)
    assert not heats(20.6, 20.5, is_on=False)
    assert not heats(20.8, 20.5, is_on=True)


@pytest.mark.parametrize("reading", [{"temp[C]": 85}, {"temp[C]": -80}, {"hum[%]": 40}, {}])
def test_a_sensor_that_cannot_be_believed_switches_the_heater_off(reading):
    node, state = Node(reading), {"now": 19, "wanted": 20, "on": True, "fault": ""}

    asyncio.run(turn(node, state))

    assert node.lines[-1] == "switch set_state False"
    assert state["now"] is None
    assert "?" in page(node, state)


def test_a_cold_room_is_heated_and_the_page_says_so():
    node = Node({"temp[C]": 18.0, "hum[%]": 50})
    state = {"now": None, "wanted": 0, "on": False, "fault": ""}

    asyncio.run(turn(node, state))

    assert node.lines == ["switch set_state True"]
    assert degrees(node.reading) == 18.0
    assert "18.0" in page(node, state)
    assert "heating" in page(node, state)


def test_a_sensor_that_stays_broken_is_told_once():
    node, state = Node({}), {"now": 19, "wanted": 20, "on": False, "fault": ""}

    for _ in range(3):
        asyncio.run(turn(node, state))

    assert node.lines.count("a sensor with a temperature expected") == 1
    node.reading = {"temp[C]": 20.0}
    asyncio.run(turn(node, state))
    assert state["fault"] == ""
