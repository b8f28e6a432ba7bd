"""The targets of ``budget.toml``, and whether figures keep them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import Figure
from umbel.errors import UmbelError

_FILE = Path(__file__).with_name("budget.toml")
_KB = 1024  # bytes
_FORMATS = {
    "B": "{:,.0f} B",
    "x": "{:.2f} x",
    "/s": "{:,.0f} /s",
    "s": "{:.2f} s",
    "MB": "{:.2f} MB",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a figure must not be above, or below."""

    limit: float
    is_floor: bool

    def allows(self, value: float) -> bool:
        """Whether ``value`` is within."""
        return value >= self.limit if self.is_floor else value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A figure beside its budget, if it has one."""

    section: str
    figure: Figure
    budget: Budget | None

    @property
    def ok(self) -> bool | None:
        """Whether the figure keeps its budget; None if it has none."""
        return self.budget.allows(self.figure.value) if self.budget else None

    @property
    def measured(self) -> str:
        """The figure for people."""
        return _shown(self.figure.value, self.figure.unit)

    @property
    def wanted(self) -> str:
        """The budget for people."""
        if self.budget is None:
            return ""
        sign = "≥" if self.budget.is_floor else "≤"
        return f"{sign} {_shown(self.budget.limit, self.figure.unit)}"

    def as_json(self) -> dict[str, object]:
        """Everything, for programs."""
        budget = self.budget
        limit = {("at_least" if budget.is_floor else "at_most"): budget.limit} if budget else {}
        figure = self.figure
        return {
            "measurement": self.section,
            "key": figure.key,
            "what": figure.what,
            "value": figure.value,
            "unit": figure.unit,
            **limit,
            "ok": self.ok,
        }


def judge(section: str, figures: Iterable[Figure]) -> Iterator[Judged]:
    """Put each figure beside its budget.

    Raises:
        UmbelError: a figure that wants a budget has none.
    """
    budgets = load()
    for figure in figures:
        if figure.key is not None and figure.key not in budgets:
            raise UmbelError(f"{figure.key} has no budget", remedy=f"add it to {_FILE.name}")
        budget = budgets[figure.key] if figure.key else None
        yield Judged(section=section, figure=figure, budget=budget)


def load() -> dict[str, Budget]:
    """All budgets, by the keys of their figures."""
    with _FILE.open("rb") as file:
        entries: dict[str, dict[str, Any]] = tomllib.load(file)
    return {key: _read(key, entry) for key, entry in entries.items()}


def _read(key: str, entry: dict[str, Any]) -> Budget:
    match entry:
        case {"at_least": limit}:
            return Budget(limit=limit, is_floor=True)
        case {"at_most": limit}:
            return Budget(limit=limit, is_floor=False)
        case {"at_most_kb": limit}:
            return Budget(limit=limit * _KB, is_floor=False)
        case _:
            raise UmbelError(
                f"{_FILE.name}: {key} has no limit", remedy="at_least, at_most or at_most_kb"
            )


def _shown(value: float, unit: str) -> str:
    return _FORMATS.get(unit, "{:,.1f} " + unit).format(value).strip()
