"""How long tests wait for what must happen: only a hang may ever reach these bounds.

A continuous run has a slow machine with other work; a test that claims a speed is in ``bench``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300.0  # seconds for what takes a fraction of one


def wait_until(is_true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether ``is_true`` becomes so in time."""
    deadline = time.monotonic() + seconds
    while not (reached := is_true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return reached
