"""Looks for versions that fit together by trying one after another, to the end.

resolvelib skips what its conflicts seem to rule out, and once in a while a way that was there: what
it calls impossible is looked at again before somebody is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from umbel.apps.index import Offer
from umbel.apps.wanted import Wanted

_MOST_STEPS = 5_000  # milliseconds; what is really impossible is mostly so after a few

Matching = Callable[[Wanted], Iterable[Offer]]


def search(wanted: Wanted, matching: Matching) -> dict[str, Offer] | None:
    """A version of everything, by name; None if there is none, or none was found in time."""
    return _Search(matching).go_on((wanted,), {})


class _Search:
    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._left = _MOST_STEPS

    def go_on(self, wanted: tuple[Wanted, ...], have: dict[str, Offer]) -> dict[str, Offer] | None:
        """The rest of the choice that begins with ``have``."""
        if not wanted:
            return have
        self._left -= 1
        first, *others = wanted
        if (chosen := have.get(first.uid)) is not None:
            return self.go_on(tuple(others), have) if first.takes(chosen) else None
        for offer in self._matching(first):
            if self._left <= 0:
                return None
            needs = (Wanted(uid=uid, versions=versions) for uid, versions in offer.dependencies)
            if (found := self.go_on((*others, *needs), {**have, offer.uid: offer})) is not None:
                return found
        return None
