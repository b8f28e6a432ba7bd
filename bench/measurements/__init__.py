"""One file for each measurement; whoever adds one touches nothing else.

A file offers ``measure()``, which yields figures; the first line of its docstring is its summary.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from bench.figure import Figure


def names() -> list[str]:
    """The names of all measurements."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def summary(name: str) -> str:
    """What a measurement measures."""
    return (_module(name).__doc__ or "").strip().partition("\n")[0]


def run(name: str) -> Iterable[Figure]:
    """The figures of one measurement."""
    return _module(name).measure()


def _module(name: str):
    return importlib.import_module(f"{__name__}.{name}")
