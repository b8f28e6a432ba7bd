"""``umbel deploy`` on an emulated Pico W: mpremote speaks with unmodified firmware over a serial port."""

from __future__ import annotations

from typing import Any

import flash
import pytest
from harness import Board
from typer.testing import CliRunner, Result

from umbel import cli
from umbel.build import image, stage
from umbel.release import manifest
from umbel.runtimes import firmware


@pytest.fixture
def board(needs):
    needs(f"firmware-{firmware.VERSIONS[0]}")
    with Board(flash.EMPTY) as board:
        yield board


def deploy(*arguments: str) -> Result:
    return CliRunner().invoke(cli.program(), ["deploy", *arguments])


def test_a_board_becomes_a_node_and_is_renewed(board: Board):
    port = board.serial_port()

    first = deploy(port, "--module", "rgb")
    before = image.unpack(board.flash())
    second = deploy(port, "--module", "switch")
    after = image.unpack(board.flash())

    assert first.exit_code == second.exit_code == 0
    assert "The admin password of node01 is" in first.stdout
    assert "The password of the network node01-" in first.stdout
    assert "The admin password of node01 is" not in second.stdout
    assert modules(before) == ["modules/LM_rgb.mpy.z", "modules/LM_system.mpy.z"]
    assert modules(after) == ["modules/LM_switch.mpy.z", "modules/LM_system.mpy.z"]
    assert after["secrets"] == before["secrets"]


def test_a_node_that_starts_anew_meanwhile_is_renewed(
    board: Board, monkeypatch: pytest.MonkeyPatch
):
    port = board.serial_port()
    assert deploy(port, "--module", "rgb").exit_code == 0
    prepare = stage.stage

    def press_reset_when_staged(*arguments: Any, **named: Any) -> stage.Staged:
        staged = prepare(*arguments, **named)
        board.reset()
        return staged

    monkeypatch.setattr(stage, "stage", press_reset_when_staged)
    renewed = deploy(port, "--module", "switch")

    assert renewed.exit_code == 0, renewed.exception
    assert modules(image.unpack(board.flash())) == [
        "modules/LM_switch.mpy.z",
        "modules/LM_system.mpy.z",
    ]


def modules(files: dict[str, bytes]) -> list[str]:
    listed = manifest.read(files["sys/a/manifest"]).files
    return sorted(file.path for file in listed if "/LM_" in file.path)


def test_a_module_that_is_not_there_is_refused_before_anything_is_copied(board: Board):
    refused = deploy(board.serial_port(), "--module", "nothing")

    assert "no module is called 'nothing'" in str(refused.exception)
    assert board.exec("import os; print(os.listdir())") == "[]\n"
