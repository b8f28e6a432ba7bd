"""What a measurement finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. With a ``key`` it has a budget, without one it is only told."""

    what: str
    value: float
    unit: str  # "B", "s", "ms", "/s", "x", "MB" or ""
    key: str | None = None
