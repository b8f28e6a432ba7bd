"""Devices and sensors of a node on Pico W firmware: how soon one reaches the other."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import flash
from harness import PATIENCE, Board

from umbel.runtimes import firmware

Needs = Callable[[str], Path]

MOTION, LAMP = 3, 12  # pins
HOUSE = {
    "device1": {"_type": "relay", "nickname": "Lamp", "default_rule": "enabled", "pin": LAMP},
    "sensor1": {
        "_type": "pir",
        "nickname": "Motion",
        "default_rule": 0,
        "pin": MOTION,
        "targets": ["device1"],
    },
    **{  # all that a node takes beside
        f"sensor{number}": {
            "_type": "dummy",
            "nickname": f"Program {number}",
            "default_rule": "off",
            "targets": [],
        }
        for number in range(2, 32)
    },
}
EDGES = 10


def test_an_edge_at_a_sensor_reaches_its_target_within_20_ms(needs: Needs):
    version = firmware.VERSIONS[0]
    needs(f"firmware-{version}")
    files = {"config/devices.json": json.dumps(HOUSE).encode()}
    image = flash.node(devip="10.55.0.2", auth=False, files=files)
    with Board(image, firmware=version, link="loop") as board:
        board.console.wait_for("http on port")
        wait_until_it_lives(board)

        took = [board.time(MOTION, number % 2 == 0, LAMP) for number in range(2 * EDGES)]

    print("milliseconds:", " ".join(f"{seconds * 1000:.1f}" for seconds in took))
    assert median(took) <= 0.020


def wait_until_it_lives(board: Board) -> None:
    """Wave until the lamp is on, and then be still until it is off."""
    for level in (1, 0):
        deadline = time.monotonic() + PATIENCE
        while board.read_pin(LAMP) != level:
            assert time.monotonic() < deadline, board.console.text
            board.drive_pin(MOTION, bool(level))
            board.wait(0.5)
