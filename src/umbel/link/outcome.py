"""How something ended on a node."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from umbel.errors import LinkError, NodeError, UmbelError
from umbel.model import Node

REFUSED = "refused"
OFFLINE = "offline"
UP_TO_DATE = "up to date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it, and why."""

    FINE: ClassVar[Collection[str]] = (UP_TO_DATE,)  # results with which all is as it was wanted

    node: Node
    result: str
    reason: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether all is as it was wanted."""
        return self.result in self.FINE

    def __str__(self) -> str:
        return f"{self.result}: {self.reason}" if self.reason else self.result


def result_of(error: UmbelError, other: str) -> str:
    """The result that ``error`` means: the node refuses, is not there, or ``other``."""
    if isinstance(error, NodeError):
        return REFUSED
    return OFFLINE if isinstance(error, LinkError) else other


def reason_of(node: Node, error: UmbelError) -> str:
    """What ``error`` says, without the name of the node, which stands before it anyway."""
    return str(error).removeprefix(f"{node.name}: ").removeprefix(f"{node.name} ")
