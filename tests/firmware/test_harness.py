"""The harness itself: what it leaves behind, and what it keeps apart."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flash import EMPTY, PROGRAMS
from harness import HOST, Board, BoardError, LinkKind, Network

from umbel.build import image
from umbel.runtimes import firmware

SCRIPT = """
import sys
sys.path[:0] = {path!r}
from harness import Board, Network
from umbel.build import image
with Network({link!r}) as network, Board(image.pack({{}}).content, network=network) as board:
    print(board.pid, flush=True)
    board.console.wait_for("never")
"""


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_killed_test_run_leaves_no_board_behind(link: LinkKind):
    script = SCRIPT.format(path=sys.path, link=link)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as run:
        board = int(run.stdout.readline())
        assert is_running(board)

        run.send_signal(signal.SIGKILL)
        run.wait(60)

        deadline = time.monotonic() + 60
        while is_running(board) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(board)


def test_a_closed_board_leaves_no_process_behind(link: LinkKind):
    with Network(link) as network:
        with Board(EMPTY, network=network) as board:
            pid = board.pid
        assert not is_running(pid)


def test_a_network_of_its_own_is_not_that_of_the_machine(needs):
    needs("tap")
    with Network("tap") as network, network.listen() as inside:
        port = inside.getsockname()[1]

        assert network.command(["cat", "/proc/net/dev"]).count("eth0") == 0
        network.connect(HOST, port).close()
        with pytest.raises(OSError):
            socket.create_connection((HOST, port), timeout=0.2)


def test_a_program_inside_is_ended_with_its_timeout(network: Network):
    with pytest.raises(subprocess.TimeoutExpired):
        network.command(["sleep", "60"], timeout=0.1)


def test_an_exception_on_the_board_is_one_here():
    with Board(EMPTY) as board:
        with pytest.raises(BoardError, match="ZeroDivisionError"):
            board.exec("1 / 0")

        assert board.exec("print('still there')") == "still there\n"


def test_the_console_is_a_terminal():
    with Board(EMPTY) as board:
        board.type("print('typed', 6 * 7)\r")
        board.console.wait_for("typed', 6")

        assert board.console.wait_for("typed") == "42"


def test_two_boards_reach_each_other(needs):
    needs("tap")
    join = "import wifi; print(wifi.join())"
    wifi = (PROGRAMS / "wifi.py").read_bytes()
    files = image.pack({"wifi.py": wifi}).content
    with (
        Network("tap") as network,
        Board(files, network=network) as first,
        Board(files, network=network) as second,
    ):
        assert first.exec(join) == "10.55.0.2\n"
        assert second.exec(join) == "10.55.0.3\n"
        first.exec("import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 7000))\ns.listen(1)\n")
        second.exec(f"import socket\ns = socket.socket()\ns.connect(('{first.address}', 7000))\n")
        answer = first.exec("c, address = s.accept()\nprint(address[0])")

    assert answer == "10.55.0.3\n"


def test_a_board_keeps_the_time_of_the_wall(link: LinkKind):
    with Board(EMPTY, link=link) as board:  # a busy machine holds it up; one good try will do
        assert any(keeps_time(board) for _ in range(30))


def keeps_time(board: Board) -> bool:
    board_start, wall_start = board.seconds(), time.monotonic()
    time.sleep(0.5)
    board_took, wall_took = board.seconds() - board_start, time.monotonic() - wall_start
    return board_took == pytest.approx(wall_took, abs=0.1)


def test_a_serial_port_carries_what_a_busy_board_takes_late(needs):
    needs(f"firmware-{firmware.VERSIONS[0]}")
    with Board(EMPTY) as board:
        with Path(board.serial_port()).open("r+b", buffering=0) as port:
            port.write(b"import sys, time\r")
            board.console.wait_for("import sys")
            port.write(b"time.sleep(1); n = len(sys.stdin.readline())\r" + b"x" * 3000 + b"\r")
            port.write(b"print('there were', n)\r")
            assert board.console.wait_for("there were ") == "3001"
