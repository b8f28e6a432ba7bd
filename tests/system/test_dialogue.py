"""``umbel shell`` on a terminal: prompt, completion, history, goodbye."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patience import PATIENCE

_WHERE_IS_THE_CURSOR, _AT_THE_TOP = b"\x1b[6n", b"\x1b[1;1R"
_TAB, _CTRL_C, _CTRL_D = "\t", "\x03", "\x04"


class Terminal:
    """A terminal in which a program runs."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self._pid = pid
        self._descriptor = descriptor
        self._shown = b""

    def type(self, text: str) -> None:
        self._shown = b""
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in self._shown:
            assert time.monotonic() < deadline, self._shown
            if select.select([self._descriptor], [], [], 0.1)[0]:
                self._take(os.read(self._descriptor, 65536))

    def exit_code(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if select.select([self._descriptor], [], [], 0.05)[0]:
                try:
                    os.read(self._descriptor, 65536)
                except OSError:  # the program has closed its side
                    break
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def close(self) -> None:
        os.close(self._descriptor)

    def _take(self, data: bytes) -> None:
        self._shown += data
        if _WHERE_IS_THE_CURSOR in data:
            os.write(self._descriptor, _AT_THE_TOP)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def terminal(house, tmp_path: Path) -> Generator[Terminal]:
    """A terminal in which ``umbel shell`` talks with a node, with a history of its own."""
    simulations = Path(house.env["UMBEL_STATE"]) / "simulations"
    (tmp_path / "simulations").symlink_to(simulations)
    with in_terminal(house, tmp_path, "shell", "node01") as opened:
        opened.wait_for("node01 $")
        yield opened


@contextmanager
def in_terminal(house, state: Path, *arguments: str) -> Generator[Terminal]:
    env = {**house.env, "TERM": "xterm", "COLUMNS": "100", "UMBEL_STATE": str(state)}
    program = house.command(*arguments)
    pid, descriptor = pty.fork()
    if pid == 0:
        os.execvpe(program[0], program, env)
    opened = Terminal(pid, descriptor)
    try:
        yield opened
    finally:
        opened.close()


def test_lines_are_answered_until_the_end_of_input(terminal: Terminal):
    terminal.type("system heartbeat\r")
    terminal.wait_for("<3 heartbeat")
    terminal.type("nothing here\r")
    terminal.wait_for("unknown module: nothing")
    terminal.wait_for("node01 $")
    terminal.type("half a li")
    terminal.wait_for("li")
    terminal.type(_CTRL_C)
    terminal.wait_for("node01 $")

    terminal.type(_CTRL_D)

    assert terminal.exit_code() == 0


def test_ctrl_c_ends_the_wait_and_not_the_conversation(terminal: Terminal):
    terminal.type("robustness block ms=4000\r")
    terminal.wait_for("\r\n")
    time.sleep(0.5)  # until it waits; nothing tells when
    terminal.type(_CTRL_C)
    terminal.wait_for("not waited for")
    terminal.type("version\r")
    terminal.wait_for("0.1.0")


def test_words_are_completed_from_what_the_node_has(terminal: Terminal):
    terminal.type("sys" + _TAB)
    terminal.wait_for("tem")
    terminal.type(" heart" + _TAB)
    terminal.wait_for("beat")
    terminal.type("\r")
    terminal.wait_for("<3 heartbeat")


def test_configure_mode_shows_in_the_prompt_and_secrets_not_in_the_history(
    terminal: Terminal, history: Path
):
    terminal.type("conf\r")
    terminal.wait_for("[configure] node01 $")
    terminal.type("viewpwd open-sesame\r")
    terminal.wait_for("Saved")
    terminal.type("devfid\r")
    terminal.wait_for("node01\r\n")
    terminal.type("noconf\r")
    terminal.wait_for("node01 $")
    terminal.type("exit\r")

    assert terminal.exit_code() == 0
    assert "viewpwd ***" in history.read_text()
    assert "open-sesame" not in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def test_a_password_is_asked_for_and_a_wrong_one_asked_for_again(house, tmp_path: Path):
    address = str(house.node("node03").address)
    with in_terminal(house, tmp_path, "shell", address, "system", "heartbeat") as terminal:
        terminal.wait_for(f"password of {address}: ")
        terminal.type("wrong-one\r")
        terminal.wait_for("wrong password")
        terminal.wait_for(f"password of {address}: ")
        terminal.type(house.node("node03").access.password + "\r")
        terminal.wait_for("<3 heartbeat")

        assert terminal.exit_code() == 0
