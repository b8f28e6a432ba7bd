"""Pin maps: every board's is found, and names only pins that its chip has to spare."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from umbel import cli
from umbel.build import pin_maps
from umbel.errors import UmbelError

_ESP32 = {*range(6), *range(12, 20), 21, 22, 23, 25, 26, 27, *range(32, 40)}  # 6..11 are its flash
FREE = {
    "esp32": _ESP32,
    "esp32c3": {*range(11), *range(18, 22)},
    "esp32c6": {*range(24)},
    "esp32s2": {*range(22), *range(33, 46)},
    "esp32s3": {*range(22), *range(38, 49)},
    "m5stamp": {0, 1, 3, 18, 19, 21, 22, 25, 26, 27, 32, 33, 36, 39},
    "qtpy": {5, 6, 7, 8, 9, 16, 17, 18, 35, 36, 37, 39},
    "rp2": {*range(23), 26, 27, 28, "LED"},
    "tinypico": {4, 5, 14, 15, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35},
}
NEITHER_PULL_NOR_OUTPUT = {"esp32": range(34, 40), "tinypico": range(34, 40)}


def test_there_is_a_map_for_each_board_that_we_promise():
    assert pin_maps.boards() == sorted(FREE)


@pytest.mark.parametrize("board", FREE)
def test_a_map_names_pins_that_the_chip_has_to_spare(board: str):
    chosen = pin_maps.read(board)

    assert set(chosen.pins.values()) <= FREE[board]
    assert chosen.about.startswith("Pin map of ")
    for number in "1234":
        assert chosen.pins[f"irq{number}"] not in NEITHER_PULL_NOR_OUTPUT.get(board, ())
    for outputs in (("redgb", "rgreenb", "rgbue"), ("i2c_sda", "i2c_scl"), ("tx", "rx")):
        assert len({chosen.pins[name] for name in outputs}) == len(outputs)


def test_all_maps_know_the_same_names():
    names = {board: set(pin_maps.read(board).pins) for board in FREE}
    everywhere = names["esp32"].intersection(*names.values())

    own = {"builtin", "touch_0", "bat_volt", "bat_stat"}
    assert {
        board: missing for board in FREE if (missing := names["esp32"] - own - everywhere)
    } == {}


Umbel = Callable[..., str]


@pytest.fixture
def umbel(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Umbel:
    """What a command prints that works."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["umbel", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code
        return capsys.readouterr().out

    return run


def test_the_table_has_a_line_for_each_gpio(umbel: Umbel):
    printed = umbel("pins", "rp2")

    assert "26    co2, temp6000" in printed
    assert printed.splitlines()[-1].split() == ["LED", "builtin"]


def test_programs_get_json(umbel: Umbel):
    assert json.loads(umbel("pins", "esp32c3", "--json"))["irq1"] == 0
    assert sorted(json.loads(umbel("pins", "--json"))) == sorted(FREE)


def test_all_boards_are_listed(umbel: Umbel):
    lines = umbel("pins").splitlines()[1:]

    assert [line.split()[0] for line in lines] == sorted(FREE)


def test_a_map_of_ones_own_is_read_too(tmp_path: Path):
    own = tmp_path / "IO_mine.py"
    own.write_text('"""My board."""\nled = 5  # green\nname = "LED"\n')

    assert pin_maps.read(str(own)).pins == {"led": 5, "name": "LED"}
    assert pin_maps.boards(tmp_path) == ["mine"]


@pytest.mark.parametrize("line", ["import os", "a = b", "a = True", "a = -1", "a == 1", "a = 1.5"])
def test_a_line_that_is_no_pin_is_named(tmp_path: Path, line: str):
    own = tmp_path / "IO_mine.py"
    own.write_text(f"led = 5\n{line}\n")

    with pytest.raises(UmbelError, match="line 2"):
        pin_maps.read(str(own))


def test_what_is_no_python_or_not_there_is_an_error(tmp_path: Path):
    broken = tmp_path / "IO_broken.py"
    broken.write_text("led = \n")

    with pytest.raises(UmbelError, match="no pin map"):
        pin_maps.read(str(broken))
    with pytest.raises(UmbelError, match="no pin map for toaster"):
        pin_maps.read("toaster")
