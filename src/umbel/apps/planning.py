"""What has to be done so that a node has what somebody wants: pure, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from umbel.apps.formats import semver
from umbel.apps.held import App, Held
from umbel.apps.index import Offer
from umbel.apps.ordering import ordered
from umbel.apps.resolve import Choice, resolve
from umbel.apps.shop import Shop
from umbel.apps.supply import Supply
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A version that is to be installed."""

    offer: Offer
    was: str = ""  # the version in its place; empty: there is none
    beside: str = ""  # the newer version that stays where it is, while this one goes to versions/
    is_downgrade: bool = False

    def __str__(self) -> str:
        if self.beside:
            return f"{self.offer.name} beside {self.beside}"
        if self.was == self.offer.version:
            return f"{self.offer.name} once more"
        if self.was:
            return f"{self.offer.uid} {self.was} → {self.offer.version}"
        return f"{self.offer.name} is new"


def install(
    held: Held, supply: Supply, wanted: Sequence[Wanted], *, downgrade: bool = False
) -> list[Step]:
    """The steps, in their order; what is there stays where it will do.

    Raises:
        UmbelError: no versions fit together, or an older one is wanted than is there.
    """
    kept = {uid: list(app.versions) for uid, app in held.apps.items()}
    for one in wanted:
        if not Shop(held, supply).offers(one.uid) and not supply.index:
            raise UmbelError(f"nobody said where {one.uid} is", remedy="--index DIR|URL")
    found = resolve(Shop(held, supply), wanted, kept)
    roots = {(one.uid, found[str(one)][one.uid].version) for one in wanted}
    return _steps(held, supply, list(found.values()), roots, downgrade=downgrade)


def upgrade(held: Held, supply: Supply, uids: Sequence[str] = ()) -> list[Step]:
    """The steps that bring these apps, or all, to the newest; exact dependencies stay.

    What only others need follows their ranges. What nobody offers stays.

    Raises:
        UmbelError: one of these is not there, or no versions fit together.
    """
    for uid in uids:
        if uid not in held.apps:
            raise UmbelError(f"{uid} is not there", remedy="umbel app list")
    moving = _with_needs(held, uids or held.apps)
    offered = {uid for uid in moving if _has_newest(supply, held.apps[uid])}
    needed = {uid for app in held.apps.values() for uid, _ in app.needs}
    free = {uid: Wanted(uid=uid, versions=(None, None, None)) for uid in sorted(offered - needed)}
    wanted = list(free.values())
    for uid, app in sorted(held.apps.items()):
        if uid not in offered:  # it stays, and so do its ranges
            wanted += [
                Wanted(uid=name, versions=one) for name, one in app.needs if name in offered
            ]
    kept = {uid: list(app.versions) for uid, app in held.apps.items() if uid not in offered}
    found = resolve(Shop(held, supply), list(dict.fromkeys(wanted)), kept)
    backward = {str(one) for uid, one in free.items() if _is_older(found[str(one)][uid], held)}
    forward = [choice for text, choice in found.items() if text not in backward]
    return _steps(held, supply, forward, set())


def taken_back(held: Held, supply: Supply) -> list[str]:
    """Sentences about versions on the node that were taken back."""
    return [
        f"{offer.name} was taken back: {offer.yanked}"
        for app in held.apps.values()
        for offer in supply.offers(app.uid)
        if offer.yanked and offer.version in app.versions
    ]


def _steps(
    held: Held,
    supply: Supply,
    found: Sequence[Choice],
    roots: Iterable[tuple[str, str]],
    *,
    downgrade: bool = False,
) -> list[Step]:
    wanted_itself = set(roots)
    steps: list[Step] = []
    newest = {uid: app.version for uid, app in held.apps.items()}
    for offer in ordered(found):
        app, is_root = held.apps.get(offer.uid), (offer.uid, offer.version) in wanted_itself
        base = newest.get(offer.uid, "")
        is_there = app is not None and offer.version in app.versions
        is_older = bool(base) and semver.parse(offer.version) < semver.parse(base)
        if is_root and is_older and app is not None and app.version == base:
            if not downgrade:
                raise UmbelError(
                    f"{offer.uid} {base} is there, which is newer than {offer.version}",
                    remedy="--downgrade takes the older one",
                )
            steps.append(Step(offer=offer, was=base, is_downgrade=True))
            newest[offer.uid] = offer.version
        elif is_there and not supply.is_named(offer):
            continue
        elif is_older:
            steps.append(Step(offer=offer, beside=base))
        else:
            steps.append(Step(offer=offer, was=base))
            newest[offer.uid] = offer.version
    return steps


def _has_newest(supply: Supply, app: App) -> bool:
    """Whether the supply knows this version, or a newer one."""
    here = semver.parse(app.version)
    return any(one.order >= here and one.yanked is None for one in supply.offers(app.uid))


def _is_older(offer: Offer, held: Held) -> bool:
    return semver.parse(offer.version) < semver.parse(held.apps[offer.uid].version)


def _with_needs(held: Held, uids: Iterable[str]) -> set[str]:
    """These apps, and those on the node that they need."""
    found: set[str] = set()
    unread = list(uids)
    while unread:
        uid = unread.pop()
        if uid in held.apps and uid not in found:
            found.add(uid)
            unread += [name for name, _ in held.apps[uid].needs]
    return found
