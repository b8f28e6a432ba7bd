"""What shall be simulated."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from umbel.errors import SimulationError

SHELL_PORT = 9008
WEB_PORT = 8080
FIRST_ADDRESS = "127.0.1.1"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_MOST_NODES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board: what it is called, and what a new one finds on its flash."""

    name: str
    boothook: str = "n/a"  # commands that a new node runs at each start
    knows_wifi: bool = True  # False: a new node opens its setup portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A simulation to be."""

    boards: tuple[Board, ...]
    first_address: str = FIRST_ADDRESS
    folder: Path | None = None  # None: a temporary one
    is_open: bool = False  # new nodes let everybody in
    password: str | None = field(default=None, repr=False)  # None: a new one

    def __post_init__(self) -> None:
        names = [board.name for board in self.boards]
        for name in names:
            if not _NAME.fullmatch(name):
                raise SimulationError(
                    f"{name!r} is no name for a node", remedy="letters, digits, - and _ make one"
                )
        if len(set(names)) != len(names):
            raise SimulationError("two nodes have the same name", remedy="give each its own")
        if not 0 < len(names) <= _MOST_NODES:
            raise SimulationError(f"1 to {_MOST_NODES} nodes can be simulated, not {len(names)}")


def numbered(count: int, *, knows_wifi: bool = True) -> tuple[Board, ...]:
    """So many boards, called node01, node02 and so on."""
    return tuple(
        Board(name=f"node{number:02}", knows_wifi=knows_wifi) for number in range(1, count + 1)
    )
