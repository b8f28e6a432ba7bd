"""Mosquitto, the MQTT broker that nodes are tried with, and its command-line clients."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from umbel.runtimes import apt
from umbel.runtimes.runtime import Report, Runtime, ignore

_MORE_FOLDERS = ("/usr/sbin", "/usr/local/sbin")  # not on the PATH of an ordinary user
_PACKAGES = ("mosquitto", "mosquitto-clients")


def find() -> Path | None:
    """The broker, where its clients are there too; only looks."""
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *_MORE_FOLDERS))
    broker = shutil.which("mosquitto", path=folders)
    return Path(broker) if broker and shutil.which("mosquitto_sub") else None


def fetch(report: Report = ignore) -> Path:
    """The broker, installed by apt if it is not there.

    Raises:
        Unobtainable: only root can install it, and only where there is apt.
        FetchError: apt refused.
    """
    return apt.program("mosquitto", find, _PACKAGES, size="2 MB", report=report)


RUNTIMES = (
    Runtime(
        key="mosquitto",
        name="Mosquitto",
        used_for="tests of MQTT",
        find=find,
        fetch=fetch,
        obstacle=apt.install_obstacle,
        how="as root: apt-get install mosquitto mosquitto-clients",
        for_checkout=True,
    ),
)
