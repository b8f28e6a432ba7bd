"""What a runtime is, and which ones there are."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from umbel.errors import UnknownRuntime
from umbel.runtimes import place

Report = Callable[[str], None]


def ignore(remark: str) -> None:
    """A report that nobody reads."""


def _no_obstacle() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Something real that this machine has, lacks, or cannot have.

    ``find`` only looks. ``fetch`` takes a function for remarks, verifies what it fetched and
    raises FetchError. ``obstacle`` says why this machine cannot have it, as far as that is known
    without trying.
    """

    key: str  # what tests and commands call it
    name: str
    used_for: str
    find: Callable[[], Path | None]
    fetch: Callable[[Report], Path]
    obstacle: Callable[[], str | None] = _no_obstacle
    how: str | None = None  # the command, where ours cannot fetch it for everybody
    for_checkout: bool = False  # of no use to an installed package

    @property
    def remedy(self) -> str:
        """The one command that gets it."""
        return self.how or f"{place.python()} -m umbel.runtimes {self.key}"


def known() -> tuple[Runtime, ...]:
    """Every runtime that is of use here, in the order of the modules' names."""
    in_checkout = place.checkout() is not None
    return tuple(runtime for runtime in _declared() if in_checkout or not runtime.for_checkout)


def named(key: str) -> Runtime:
    """The runtime called ``key``.

    Raises:
        UnknownRuntime: there is none.
    """
    runtimes = {runtime.key: runtime for runtime in known()}
    if key not in runtimes:
        raise UnknownRuntime(
            f"no runtime is called {key!r}", remedy=f"one of {', '.join(runtimes)}"
        )
    return runtimes[key]


def _declared() -> list[Runtime]:
    runtimes: list[Runtime] = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"umbel.runtimes.{module.name}")
            runtimes.extend(getattr(loaded, "RUNTIMES", ()))
    return runtimes
