"""Names of time zones, as people know them, to what a node understands."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from importlib import resources
from pathlib import Path

from umbel.errors import UmbelError

_POSIX = re.compile(r"(<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})[+-]?\d")  # how such a text begins
_MAGIC = b"TZif"


def posix(zone: str) -> str:
    """The POSIX form of a zone: ``Europe/Vienna`` is ``CET-1CEST,M3.5.0,M10.5.0/3``.

    What is POSIX already, and ``n/a``, comes back as it is.

    Raises:
        UmbelError: there is no such zone, or nobody can say how it goes on.
    """
    if zone == "n/a":
        return zone
    content = _content(zone)
    if content is None:
        if _POSIX.match(zone):
            return zone
        raise UmbelError(f"no time zone is called {zone}", remedy=_remedy(zone))
    footer = content.rstrip(b"\n").rpartition(b"\n")[2].decode()
    if not footer or content[:5] == _MAGIC + b"\0":
        raise UmbelError(f"the time zone {zone} has no rule", remedy="a POSIX string like CET-1")
    return footer


def _content(zone: str) -> bytes | None:
    """The file of a zone in the database of this computer, else in the package tzdata."""
    if zone not in zoneinfo.available_timezones():
        return None
    for folder in zoneinfo.TZPATH:
        path = Path(folder, *zone.split("/"))
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()


def _remedy(zone: str) -> str:
    known = zoneinfo.available_timezones()
    if not known:
        return "install the database of time zones: pip install tzdata"
    by_place = {name.rpartition("/")[2].lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(
        zone.rpartition("/")[2].lower().replace(" ", "_"), by_place, n=3
    )
    return " or ".join(by_place[name] for name in close) or "Europe/Vienna, or CET-1CEST,…"
