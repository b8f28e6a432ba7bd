"""Where this user's state is kept."""

from __future__ import annotations

import os
from pathlib import Path

_VARIABLE = "UMBEL_STATE"


def state_dir() -> Path:
    """The folder of what we remember; ``UMBEL_STATE`` overrides it."""
    if chosen := os.environ.get(_VARIABLE):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "umbel"
