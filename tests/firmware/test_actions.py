"""A node on Pico W firmware that acts by itself: its schedule, its timer, a button, the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path

import flash
import pytest
from clients import Framed
from harness import PATIENCE, Board

from umbel.runtimes import firmware

Needs = Callable[[str], Path]

OLDER = firmware.VERSIONS[1]
BUTTON = 2  # irq1
BY_CLOCK, BY_BUTTON, BY_TIMER = 10, 11, 12  # switch_1 and so on


@pytest.fixture(scope="module")
def _boards() -> Generator[list[Board]]:
    boards: list[Board] = []
    yield boards
    for board in boards:
        board.close()


@pytest.fixture
def node(needs: Needs, _boards: list[Board]) -> Board:
    """A node that the tests of this file share."""
    needs(f"firmware-{OLDER}")
    if not _boards:
        _boards.append(start())
    return _boards[0]


def start() -> Board:
    config = {
        "cron": True,
        "crontasks": "*:*:*:*!switch set_state True",
        "irq1": True,
        "irq1_cbf": "click: switch toggle2",
        "timirq": True,
        "timirqcbf": "switch set_state3 True",
        "timirqseq": 500,
    }
    board = Board(flash.node(devip="10.55.0.2", auth=False, **config), firmware=OLDER, link="loop")
    board.power_on()
    board.console.wait_for("http on port")
    return board


def wait_for(board: Board, pin: int, level: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while board.read_pin(pin) != level:
        assert time.monotonic() < deadline, f"pin {pin}"
        time.sleep(0.1)


def test_a_timer_needs_no_hardware_timer(node: Board):
    wait_for(node, BY_TIMER, 1)


def test_a_button_is_clicked(node: Board):
    for level in (1, 0):
        node.drive_pin(BUTTON, True)
        node.wait(0.2)
        node.drive_pin(BUTTON, False)
        wait_for(node, BY_BUTTON, level)


def test_the_schedule_begins_when_the_time_is_known(node: Board):
    assert node.read_pin(BY_CLOCK) != 1

    with Framed(node) as shell:
        stamp = shell.ask(cmd="system setclock 2030 3 1 12 0 0")["ok"]

    assert stamp.startswith("2030-03-01 12:00:0")
    wait_for(node, BY_CLOCK, 1)
