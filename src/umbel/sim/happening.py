"""What a simulation tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from umbel.model import Node


class What(Enum):
    """What happened to a board."""

    UP = "up"
    RESET = "reset"
    SILENT = "silent"  # it runs, and answers nobody
    HUNG = "hung"
    CRASHED = "crashed"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something happened to a board."""

    board: str
    what: What
    node: Node  # as it last introduced itself
    console: str = ""  # its last lines, where they tell why


Report = Callable[[Happening], None]


def ignore(happening: Happening) -> None:
    """A report that nobody reads."""
