"""A node with the heap of a small board, and its code as a board has it."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

from patience import PATIENCE

from umbel.build import compile as compiler
from umbel.build import stage
from umbel.sim import flash
from umbel.sim.plan import Board

from .mosquitto import free_port

BARE = Path(__file__).parents[2] / "bench" / "bare"  # the least hardware that a node needs
# As a plain ESP32 has it. With less the table of names may find no 4.5 KB in one piece.
HEAP = 110  # KB


def start(
    micropython: Path,
    home: Path,
    port: int,
    stack: ExitStack,
    *,
    heap: int = HEAP,
    module: str = "",
    **config: object,
) -> subprocess.Popen[bytes]:
    """A new node at the broker of a port, perhaps with a module ``keep``; it ends with the stack."""
    home.mkdir()
    stage.stage(home)
    _compile(home / "hardware", "bare.py", BARE / "bare.py")
    if module:
        (home / "keep.py").write_text(module)
        _compile(home / "modules", "LM_keep.py", home / "keep.py")
    flash.provision(home, Board(name="node01"), password="seven-dry-leaves", is_open=True)
    file = home / "config" / "node_config.json"
    more = {"mqtt": f"127.0.0.1:{port}", "socport": free_port(), "webport": free_port()}
    told = {**json.loads(file.read_text()), "ntp": "n/a", **more, **config}
    file.write_text(json.dumps(told))
    return again(micropython, home, stack, heap=heap)


def again(
    micropython: Path, home: Path, stack: ExitStack, *, heap: int = HEAP
) -> subprocess.Popen[bytes]:
    """Start it once more, with what is on its flash."""
    log = stack.enter_context((home / "console").open("a"))
    process = subprocess.Popen(
        [micropython, "-X", f"heapsize={heap}k", "-c", "import bare; bare.boot()"],
        cwd=home,
        env={"MICROPYPATH": "hardware:.frozen:lib"},
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    stack.callback(process.wait, PATIENCE)
    stack.callback(process.kill)
    assert process.stdin is not None
    stack.callback(process.stdin.close)
    return process


def _compile(folder: Path, name: str, source: Path) -> None:
    for found, content in compiler.compile_files({name: source}).items():
        compiler.write_if_changed(folder / found, content)
