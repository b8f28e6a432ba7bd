"""Where the sources of a node are, and where what is made from them may be kept."""

from __future__ import annotations

import os
from pathlib import Path

from umbel.errors import UmbelError

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def device_dir() -> Path:
    """The sources of a node: those of this checkout, else those installed with this package.

    Raises:
        UmbelError: the installation is incomplete.
    """
    for folder in (_CHECKOUT / "device", _PACKAGE / "_node"):
        if (folder / "tepal").is_dir():
            return folder
    raise UmbelError(
        "the sources of a node are not installed", remedy="pip install --force-reinstall umbel"
    )


def web_dir() -> Path | None:
    """The built page of a node; None where nobody has built it."""
    for folder in (_CHECKOUT / "web" / "node" / "dist", _PACKAGE / "_node" / "web"):
        if (folder / "index.html.gz").is_file():
            return folder
    return None


def fleet_page() -> Path | None:
    """The built page of the gateway, compressed; None where nobody has built it."""
    for folder in (_CHECKOUT / "web" / "fleet" / "dist", _PACKAGE / "_fleet"):
        if (folder / "index.html.gz").is_file():
            return folder / "index.html.gz"
    return None


def cache_dir() -> Path:
    """The folder for compiled files; whoever deletes it loses a second."""
    if (_CHECKOUT / "device" / "tepal").is_dir():
        return _CHECKOUT / "build" / "mpy"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "umbel" / "mpy"
