"""Everything this toolkit raises on purpose.

UmbelError
├── UnknownRuntime       no runtime has that name
├── FetchError           a runtime could not be fetched, or is not what was expected
│   └── Unobtainable     this machine cannot have it, now or later
├── UnknownNode          no node has that name, or several do
├── LinkError            a node could not be reached, or answered nonsense
│   └── LinkTimeout      a node did not answer in time
├── NodeError            a node understood, and refused
└── SimulationError      a simulation cannot start, or cannot do what is asked of it
"""

from __future__ import annotations


class UmbelError(Exception):
    """One sentence about what went wrong, where, and what was expected.

    ``remedy`` is the command or the step that helps, where we know one.
    """

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy


class UnknownRuntime(UmbelError):
    """No runtime has that name."""


class FetchError(UmbelError):
    """A runtime could not be fetched, or is not what was expected."""


class Unobtainable(FetchError):
    """This machine cannot have it; trying again does not help."""


class UnknownNode(UmbelError):
    """No node has that name, or several do."""


class LinkError(UmbelError):
    """A node could not be reached, or answered nonsense; trying again later may help."""


class LinkTimeout(LinkError):
    """A node did not answer in time."""


class NodeError(UmbelError):
    """A node understood, and refused; ``code`` is its short word for why."""

    def __init__(self, code: str, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


class SimulationError(UmbelError):
    """A simulation cannot start, or cannot do what is asked of it."""
