"""Two things measured in turn, so that what slows the machine slows both."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

_PAIRS = 15
_MOMENT = 0.2  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Rates of several things that were measured in turn."""

    rates: Sequence[Sequence[float]]  # per second; one list for each thing, in the order of time

    def rate(self, index: int) -> float:
        """The median rate of one of them."""
        return median(self.rates[index])

    def best(self, index: int) -> float:
        """The rate of one of them in the moment when the machine was most at rest."""
        return max(self.rates[index])

    def ratio(self, to: int) -> float:
        """The median of how many times as fast the first is as another, pair by pair."""
        return median(
            own / other for own, other in zip(self.rates[0], self.rates[to], strict=True)
        )


def alternate(
    *operations: Callable[[], object], pairs: int = _PAIRS, moment: float = _MOMENT
) -> Compared:
    """Do each operation for a moment, in turn, ``pairs`` times."""
    for operation in operations:
        _rate(operation, moment)  # what loads at its first use does so now
    rates: list[list[float]] = [[] for _ in operations]
    for _ in range(pairs):
        for operation, found in zip(operations, rates, strict=True):
            found.append(_rate(operation, moment))
    return Compared(rates=rates)


def _rate(operation: Callable[[], object], moment: float) -> float:
    count = 0
    start = now = time.perf_counter()
    while now - start < moment:
        operation()
        count += 1
        now = time.perf_counter()
    return count / (now - start)
