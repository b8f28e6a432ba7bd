"""A run whose event loop ends: the node starts again, and knows why."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from patience import PATIENCE, wait_until

from . import small_node
from .mosquitto import free_port
from .test_bursts import PROMPT, connect, until

ENDER = """
import asyncio

HELP = ("loop",)


def loop():
    asyncio.get_event_loop().set_exception_handler(_worse)
    asyncio.create_task(_fail())


async def _fail():
    raise ValueError


def _worse(loop, context):
    kept = []
    while True:
        kept.append(bytearray(64))
"""


def test_a_node_without_memory_for_its_event_loop_starts_again_and_tells(
    needs, tmp_path: Path, stack: ExitStack
):
    micropython = needs("micropython-32")
    home, port = tmp_path / "home", free_port()
    ports = {"mqtt": "n/a", "socport": port, "ha": False}
    process = small_node.start(micropython, home, 0, stack, module=ENDER, **ports)
    with connect(port) as connection:
        until(connection, PROMPT)
        connection.sendall(b"keep loop\n")
        process.wait(PATIENCE)  # as a board, which resets

    record = json.loads((home / "data" / ".boot").read_text())
    assert record["boots"] == 1
    assert record["crash"]["reason"] == "exception"
    assert "MemoryError" in record["crash"]["detail"]

    record["boots"] = 5  # as if it had ended so each time
    (home / "data" / ".boot").write_text(json.dumps({**record, "_crc": None}))
    small_node.again(micropython, home, stack)

    console = home / "console"
    assert wait_until(lambda: "safe mode" in console.read_text()), console.read_text()
    assert "the run before ended by exception: MemoryError" in console.read_text()
