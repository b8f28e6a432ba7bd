"""Where runtimes live: in the checkout, or in the user's cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_VARIABLE = "UMBEL_RUNTIMES"


def checkout() -> Path | None:
    """The repository this package runs from; None for an installed package."""
    root = Path(__file__).resolve().parents[3]
    is_ours = (root / "pyproject.toml").is_file() and (root / "src" / "umbel").is_dir()
    return root if is_ours else None


def home() -> Path:
    """The folder of everything fetched; ``UMBEL_RUNTIMES`` overrides it."""
    if chosen := os.environ.get(_VARIABLE):
        return Path(chosen).absolute()
    root = checkout()
    if root is not None:
        return root / ".runtimes"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "umbel" / "runtimes"


def python() -> str:
    """How to call this Python from the working folder."""
    return shown(Path(sys.executable))


def shown(path: Path) -> str:
    """``path`` as a user of the working folder would write it."""
    here = Path.cwd()
    is_below = path.is_relative_to(here) and here != Path(here.anchor)
    return str(path.relative_to(here) if is_below else path)
