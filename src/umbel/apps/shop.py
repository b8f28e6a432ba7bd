"""What versions are chosen from, where a node has some already."""

from __future__ import annotations

from umbel.apps.formats import semver
from umbel.apps.held import App, Held
from umbel.apps.index import Offer
from umbel.apps.supply import Supply


class Shop:
    """What can be on a node in the end: what it has, and what the supply has."""

    def __init__(self, held: Held, supply: Supply) -> None:
        self._held = held
        self._supply = supply

    @property
    def called(self) -> str:
        """Where it is that something lacks."""
        return self._supply.index.called if self._supply.index else "the node"

    @property
    def uids(self) -> tuple[str, ...]:
        """The apps that there are."""
        return tuple(dict.fromkeys((*self._held.apps, *self._supply.uids)))

    def offers(self, uid: str) -> tuple[Offer, ...]:
        """The versions of an app, the newest first."""
        found = self._supply.offers(uid)
        known = {one.version for one in found}
        meant = {one.order[:3] for one in found if self._supply.is_named(one)}
        app = self._held.apps.get(uid)
        here = [_held_offer(app, version) for version in app.versions] if app else []
        for offer in here:
            if offer.version not in known and offer.order[:3] not in meant:
                found.append(offer)
        return tuple(sorted(found, key=lambda one: one.order, reverse=True))


def _held_offer(app: App, version: str) -> Offer:
    return Offer(
        uid=app.uid,
        version=version,
        order=semver.parse(version),
        dependencies=app.needs if version == app.version else (),
        files=(),
        yanked=None,
    )
