"""Runs a node on CPython: ``python -m umbel.sim.cpython FLASH CODE``, as board/launch.py does it.

For machines without MicroPython. It is the same node; memory and speed are not those of a board.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from typing import cast

from umbel.sim import shim


def main() -> None:
    """Become a board and run the node; ends as the board ends."""
    flash, code = map(Path, sys.argv[1:3])
    sys.path[:0] = [str(shim.BOARD), str(code)]
    sys.dont_write_bytecode = True  # a flash has no room for it
    # Lines are read one by one: what a buffer has read ahead, nobody can wait for.
    sys.stdin = cast("object", open(0, "rb", buffering=0, closefd=False))  # noqa: SIM115
    shim.install(flash, code)
    try:
        runpy.run_path(str(shim.BOARD / "launch.py"), run_name="__main__")
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)  # a board does not tidy up


if __name__ == "__main__":
    main()
