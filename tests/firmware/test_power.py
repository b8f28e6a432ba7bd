"""Boots, resets and power cuts of an emulated board; no network."""

from __future__ import annotations

import time

from flash import EMPTY, program
from harness import Board

from umbel.build import image

POWER_ON, WATCHDOG = "cause 1", "cause 3"  # machine.reset() is a watchdog reset on this chip


def test_the_firmware_is_what_it_says(version: str):
    with Board(EMPTY, firmware=version) as board:
        answer = board.exec("import os, sys; print(os.uname().release, os.statvfs('/')[2])")

    assert answer == f"{version} 212\n"


def test_a_reset_and_a_watchdog_boot_again_and_say_why(version: str):
    with Board(program("boots"), firmware=version) as board:
        boots = [board.console.wait_for("boot ") for _ in range(3)]
        board.reset()
        boots.append(board.console.wait_for("boot "))

    assert boots == [f"1 {POWER_ON}", f"2 {WATCHDOG}", f"3 {WATCHDOG}", f"4 {POWER_ON}"]


def test_a_power_cut_leaves_a_whole_file(version: str):
    with Board(program("rewrite"), firmware=version) as board:
        board.console.wait_for("first")
        for pause in (0.013, 0.037, 0.101):
            time.sleep(pause)
            board.cut_power()
            lines = image.unpack(board.flash())["state.txt"].split()
            board.power_on()
            board.console.wait_for("begin")

            assert len(lines) == 200
            assert len(set(lines)) == 1


def test_what_was_written_is_there_after_a_power_cut(version: str):
    with Board(EMPTY, firmware=version) as board:
        board.exec("with open('kept.txt', 'w') as file: file.write('kept')")
        board.cut_power()
        board.power_on()

        assert board.exec("print(open('kept.txt').read())") == "kept\n"
