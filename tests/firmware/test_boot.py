"""What a node has of unmodified Pico W firmware: its console, its WebREPL; and what lies on flash."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import flash
import pytest
from clients import Shell
from harness import Board
from typer.testing import CliRunner

from umbel import cli
from umbel.build import image
from umbel.runtimes import firmware

UP = "http on port"  # the last line of a boot
_SETTLED = 5.0  # seconds after it; in the middle of an import MicroPython may overhear Ctrl-C


@pytest.fixture(scope="module")
def _boards() -> Generator[list[Board]]:
    boards: list[Board] = []
    yield boards
    for board in boards:
        board.close()


@pytest.fixture
def node(_boards: list[Board], needs: Callable[[str], Path]) -> Board:
    """A node that the tests of this file share."""
    needs(f"firmware-{firmware.VERSIONS[0]}")
    if not _boards:
        _boards.append(Board(flash.node(console=True, devip="10.55.0.2")))
        _boards[0].power_on()
        _boards[0].console.wait_for(UP)
        _boards[0].skip(_SETTLED)
    return _boards[0]


def test_the_secrets_are_sealed_after_the_first_boot(node: Board):
    files = image.unpack(node.flash())

    assert files["secrets"][:2] == files["secrets.1"][:2] == b"TS"
    with Shell(node) as shell:  # and the password still opens
        assert shell.ask("system heartbeat") == "<3 heartbeat"


def test_the_serial_console_is_a_shell(node: Board):
    node.type("system heartbeax\bt\r")
    node.console.wait_for("<3 heartbeat")
    node.type("conf\rdevfid\r")
    node.console.wait_for("[configure]")
    node.console.wait_for(flash.NAME)
    node.type("noconf\r")


def test_webrepl_is_started_with_a_password_only(node: Board):
    with Shell(node) as shell:
        refused = shell.ask("webrepl")
        shell.ask("conf")
        shell.ask("replpwd hunter2")
        shell.ask("noconf")
        started = shell.ask("webrepl")
    assert "replpwd: 4 to 9 characters expected" in refused
    assert started == "WebREPL: ws://10.55.0.2:8266"

    with node.connect(8266) as client:
        client.settimeout(60)
        client.sendall(
            b"GET / HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        answer = client.recv(1024)
    assert b"101 Switching Protocols" in answer


def test_control_c_still_leads_to_the_repl(node: Board):
    node.type("\x03")
    node.type("print(6 * 7, 'is the answer')\r")
    assert node.console.wait_for("42 is the").startswith("answer")


def test_who_leaves_the_repl_open_gets_the_node_back_after_ten_minutes(node: Board):
    node.exec("visitor = 'here'")
    node.skip(9 * 60)
    assert node.exec("print(visitor)") == "here\n"

    node.skip(70)
    node.console.wait_for(UP)


def test_a_new_node_is_provisioned_over_its_serial_port(needs: Callable[[str], Path]):
    needs(f"firmware-{firmware.VERSIONS[0]}")
    with Board(flash.node(password=None)) as board:
        board.console.wait_for(UP)
        done = CliRunner().invoke(
            cli.program(),
            ["provision", board.serial_port(), "--name", "loft"],
            env={"UMBEL_NEW_PASSWORD": "nine-wet-leaves"},
        )

        assert done.exit_code == 0, done.output
        assert "[BOOT] loft" in done.stdout
        assert "nine-wet" not in board.console.text
        files = image.unpack(board.flash())
        assert "provision.json" not in files
        board.console.wait_for(UP)
        with Shell(board, "nine-wet-leaves") as shell:
            assert shell.ask("hello").startswith("hello:loft:")
