"""Chromium, in which the web pages are tried."""

from __future__ import annotations

import shutil
from pathlib import Path

from umbel.runtimes import apt
from umbel.runtimes.runtime import Report, Runtime, ignore

_NAMES = ("chromium", "chromium-browser")


def find() -> Path | None:
    """The machine's executable; only looks."""
    return next((Path(path) for name in _NAMES if (path := shutil.which(name))), None)


def fetch(report: Report = ignore) -> Path:
    """The executable, installed by apt if it is not there.

    Raises:
        Unobtainable: only root can install it, and only where there is apt.
        FetchError: apt refused.
    """
    return apt.program("chromium", find, ["chromium"], size="about 100 MB", report=report)


RUNTIMES = (
    Runtime(
        key="chromium",
        name="Chromium",
        used_for="tests of the web pages",
        find=find,
        fetch=fetch,
        obstacle=apt.install_obstacle,
        how="as root: apt-get install chromium",
        for_checkout=True,
    ),
)
