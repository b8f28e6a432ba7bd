"""A node on the emulated Pico W of the firmware tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.node import NAME
from bench.processes import needed
from umbel import runtimes

FIRMWARE = "1.27.0"
_ADDRESS = "10.55.0.2"
_HARNESS = Path(__file__).parents[1] / "tests" / "firmware"


@contextmanager
def booted(files: Mapping[str, bytes]) -> Generator[Any]:
    """A ``harness.Board`` with an open node that has all its doors, and ``files`` on its flash.

    Raises:
        FetchError: the firmware is not here.
    """
    image = _harness("flash").node(devip=_ADDRESS, devfid=NAME, auth=False, files=files)
    with started(image) as board:
        board.console.wait_for("http on port")
        yield board


@contextmanager
def started(image: bytes) -> Generator[Any]:
    """A ``harness.Board`` with this flash.

    Raises:
        FetchError: the firmware is not here.
    """
    needed(f"firmware-{FIRMWARE}")
    link = "tap" if runtimes.named("tap").find() else "loop"
    with _harness("harness").Board(image, firmware=FIRMWARE, link=link) as board:
        yield board


def _harness(name: str) -> Any:
    if str(_HARNESS) not in sys.path:
        sys.path.insert(0, str(_HARNESS))
    return importlib.import_module(name)
