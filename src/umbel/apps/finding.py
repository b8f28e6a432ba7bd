"""Rules of the format, and what is found against them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the format demands."""

    number: str
    demand: str
    remedy: str
    is_error: bool
    by: str  # who looks: check, index


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that an app breaks, and where."""

    rule: Rule
    text: str

    @property
    def level(self) -> str:
        """``error`` or ``warning``."""
        return "error" if self.rule.is_error else "warning"

    @property
    def sentence(self) -> str:
        """Everything in one line, without the remedy."""
        return f"{self.level} {self.rule.number}: {self.text}"

    def as_json(self) -> dict[str, str]:
        """Everything, for programs."""
        return {
            "rule": self.rule.number,
            "level": self.level,
            "text": self.text,
            "demand": self.rule.demand,
            "remedy": self.rule.remedy,
        }


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by their numbers, in the order of the file."""
    entries: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        number: Rule(
            number=number,
            demand=entry["demand"],
            remedy=entry["remedy"],
            is_error=entry["level"] == "error",
            by=entry.get("by", "check"),
        )
        for number, entry in entries.items()
    }


def found(number: str, text: str) -> Finding:
    """A finding against the rule of that number."""
    return Finding(rule=rules()[number], text=text)
