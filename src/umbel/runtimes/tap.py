"""TAP interfaces, on which an emulated board is a host in a network of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from umbel.errors import FetchError, Unobtainable
from umbel.runtimes import apt
from umbel.runtimes.runtime import Report, Runtime, ignore

_DEVICE = Path("/dev/net/tun")


def find() -> Path | None:
    """The device that makes interfaces, if this user may use it; only looks."""
    has_tools = shutil.which("ip") is not None and shutil.which("unshare") is not None
    return _DEVICE if has_tools and obstacle() is None else None


def obstacle() -> str | None:
    """Why this user cannot have an interface; None where he can."""
    if os.geteuid() != 0:
        return "only root can make network interfaces"
    if not _DEVICE.exists():
        return f"this kernel offers no {_DEVICE}"
    return None


def fetch(report: Report = ignore) -> Path:
    """The device; ``ip`` is installed if it is not there.

    Raises:
        Unobtainable: this user or this kernel cannot.
        FetchError: apt refused.
    """
    if reason := obstacle():
        raise Unobtainable(f"TAP: {reason}")
    if find() is None:
        report("installing ip")
        apt.install("iproute2")
    if find() is None:
        raise FetchError("TAP: ip and unshare are not both on PATH")
    return _DEVICE


RUNTIMES = (
    Runtime(
        key="tap",
        name="TAP network interfaces",
        used_for="tests of an emulated board in its own network",
        find=find,
        fetch=fetch,
        obstacle=obstacle,
        how="as root: make test",
        for_checkout=True,
    ),
)
