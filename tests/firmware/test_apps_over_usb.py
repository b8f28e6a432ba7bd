"""``umbel app install --port`` on an emulated Pico W: left in its inbox, installed when it starts."""

from __future__ import annotations

import time
from pathlib import Path

import flash
import pytest
from harness import PATIENCE, Board
from typer.testing import CliRunner, Result

from umbel import cli
from umbel.apps import template
from umbel.build import image
from umbel.runtimes import firmware


@pytest.fixture
def board(needs):
    needs(f"firmware-{firmware.VERSIONS[0]}")
    with Board(flash.EMPTY) as board:
        yield board


def umbel(*arguments: str) -> Result:
    return CliRunner().invoke(cli.program(), arguments)


def test_an_app_comes_over_usb_and_is_installed_at_the_next_start(board: Board, tmp_path: Path):
    port = board.serial_port()
    template.write(tmp_path / "lamp", "Lamp", "MIT")
    assert umbel("deploy", port, "--module", "rgb").exit_code == 0

    done = umbel("app", "install", str(tmp_path / "lamp"), "--port", port)

    assert done.exit_code == 0, done.output
    assert f"{port}: lamp 0.1.0" in done.stdout
    files: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while "apps/inbox/01-lamp-0.1.0.zip.txt" not in files and time.monotonic() < deadline:
        time.sleep(1)
        files = set(image.unpack(board.flash()))
    assert {"apps/lamp/manifest", "apps/lamp/pack"} <= files
    assert "apps/inbox/01-lamp-0.1.0.zip" not in files
