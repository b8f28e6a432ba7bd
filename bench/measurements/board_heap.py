"""Heap of a node on an emulated Pico W on its Wi-Fi, with shell and web; all that gc knows of."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import clients, node, pico
from bench.figure import Figure
from umbel.build import compile as compiler
from umbel.errors import UmbelError

_GAUGE = Path(__file__).parents[1] / "board"
_LOOKS = 2  # the first may have begun before
_PATIENCE = 20.0  # seconds


def measure() -> Iterator[Figure]:
    files = {"main.py": (_GAUGE / "main.py").read_bytes()}
    files |= compiler.compile_files({"gauge.py": _GAUGE / "gauge.py"})
    with pico.booted(files) as board:
        firmware, radio = _number(board, "firmware"), _number(board, "radio")
        booted = _in_use(board)
        with board.connect(9008) as shell:
            clients.read_until(shell, node.PROMPT)
            clients.exchange(shell, b"system heartbeat\n", node.PROMPT)()
        with board.connect(80) as web:
            clients.exchange(web, clients.get(), b"}")()
        used = _in_use(board)
        names = _number(board, "n_qstr=")
    yield Figure(what="Pico W: heap of the firmware alone", value=firmware, unit="B")
    yield Figure(what="Pico W: heap of its radio", value=radio, unit="B")
    yield Figure(what="Pico W: heap in use after boot", value=booted, unit="B")
    yield Figure(
        key="board_heap",
        what="Pico W: heap in use after a command by shell and by web",
        value=used,
        unit="B",
    )
    yield Figure(what="Pico W: names that MicroPython keeps", value=names, unit="")


def _in_use(board: Any) -> int:
    """What the gauge prints after now."""
    wanted = _looks(board) + _LOOKS
    deadline = time.monotonic() + _PATIENCE
    while _looks(board) < wanted:
        if time.monotonic() > deadline:
            raise UmbelError(f"the gauge is silent\n{board.console.text}")
        time.sleep(0.05)
    return _number(board, "in use")


def _looks(board: Any) -> int:
    return len(re.findall(r"in use \d+\n", board.console.text))


def _number(board: Any, name: str) -> int:
    """The newest number that was printed after ``name``."""
    found = re.findall(rf"{name} ?(\d+)", board.console.text)
    if not found:
        raise UmbelError(f"no {name!r} on the console\n{board.console.text}")
    return int(found[-1])
