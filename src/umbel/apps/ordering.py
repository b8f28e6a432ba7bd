"""In which order chosen apps can be installed."""

from __future__ import annotations

from collections.abc import Sequence

from umbel.apps.index import Offer
from umbel.apps.resolve import Choice


def ordered(found: Sequence[Choice]) -> list[Offer]:
    """Everything that was chosen: what others need first; of an app the newest version first."""
    order = _Order(found)
    for choice in found:
        for offer in choice.values():
            order.take(offer, choice)
    return order.done


class _Order:
    """Puts what was chosen into the order in which it can be installed."""

    def __init__(self, found: Sequence[Choice]) -> None:
        self.done: list[Offer] = []
        self._seen: set[str] = set()
        self._newest: dict[str, tuple[Offer, Choice]] = {}
        for choice in found:
            for uid, offer in choice.items():
                if uid not in self._newest or self._newest[uid][0].order < offer.order:
                    self._newest[uid] = offer, choice

    def take(self, offer: Offer, choice: Choice) -> None:
        """Let ``offer`` come next, behind what it needs and behind a newer one of the same app."""
        if offer.name in self._seen:
            return
        self._seen.add(offer.name)
        for uid, _ in offer.dependencies:
            if uid in choice:
                self.take(choice[uid], choice)
        self.take(*self._newest[offer.uid])
        self.done.append(offer)
