"""Why there are no versions that fit together, in words of people."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from umbel.apps.formats import semver
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.apps.index import Offer, Offers

_SHOWN = 6  # versions in a sentence

Demand = tuple[Wanted, "Offer | None"]  # what is wanted, and by whom; None is who has asked


def conflict(index: Offers, root: Wanted, causes: Sequence[Demand]) -> UmbelError:
    """What to tell. The newest version of everything shows best what is wrong, if it shows it."""
    demands = _of_the_newest(index, root) or _grouped(causes)
    for uid, own in demands.items():
        if not index.offers(uid):
            return _nobody(index, uid, own)
    for uid, own in demands.items():
        if (error := _out_of_range(index, uid, own)) is not None:
            return error
    for uid, own in demands.items():
        if len(own) > 1:
            return _disagreement(uid, own)
    uid, own = next(iter(demands.items()))
    return UmbelError(f"{_sentence(own)}: no version of {uid} has all that it needs itself")


def _of_the_newest(index: Offers, root: Wanted) -> dict[str, list[Demand]]:
    """What nobody can satisfy if each app is the newest that the first one allows."""
    demands: dict[str, list[Demand]] = {root.uid: [(root, None)]}
    unread = [root.uid]
    while unread:
        uid = unread.pop(0)
        fitting = _fitting(index, uid, demands[uid])
        if not fitting:
            return {uid: demands[uid]}
        for name, versions in fitting[0].dependencies:
            is_new = name not in demands
            wanted = Wanted(uid=name, versions=versions)
            demands.setdefault(name, []).append((wanted, fitting[0]))
            if is_new:
                unread.append(name)
            elif not _fitting(index, name, demands[name]):
                return {name: demands[name]}
    return {}


def _fitting(index: Offers, uid: str, demands: Sequence[Demand]) -> list[Offer]:
    is_exact = any(wanted.is_exact for wanted, _ in demands)
    return [
        offer
        for offer in index.offers(uid)
        if all(wanted.takes(offer) for wanted, _ in demands) and (offer.yanked is None or is_exact)
    ]


def _grouped(causes: Sequence[Demand]) -> dict[str, list[Demand]]:
    demands: defaultdict[str, list[Demand]] = defaultdict(list)
    for cause in causes:
        demands[cause[0].uid].append(cause)
    return demands


def _nobody(index: Offers, uid: str, demands: Sequence[Demand]) -> UmbelError:
    alike = difflib.get_close_matches(uid, index.uids, n=3)
    hint = f"; there is {', '.join(alike)}" if alike else ""
    return UmbelError(f"{_sentence(demands)}, and {index.called} has no {uid}{hint}")


def _out_of_range(index: Offers, uid: str, demands: Sequence[Demand]) -> UmbelError | None:
    """If a single demand cannot be met, whatever the others say."""
    for demand in demands:
        if _fitting(index, uid, [demand]):
            continue
        offers = index.offers(uid)
        yanked = [one for one in offers if demand[0].takes(one)]
        if yanked:
            reasons = "; ".join(f"{one.version}: {one.yanked}" for one in yanked[:_SHOWN])
            return UmbelError(
                f"{_sentence([demand])}, and all of these were taken back ({reasons})",
                remedy=f"ask for one of them by its number: {uid}-{yanked[0].version}",
            )
        there = ", ".join(one.version for one in offers[:_SHOWN])
        more = f" and {len(offers) - _SHOWN} older ones" if len(offers) > _SHOWN else ""
        before = ""
        if all(not semver.is_release(one.order) for one in offers):
            before = "; a range takes no pre-release"
        return UmbelError(f"{_sentence([demand])}, and of {uid} there is {there}{more}{before}")
    return None


def _disagreement(uid: str, demands: Sequence[Demand]) -> UmbelError:
    return UmbelError(
        f"{_sentence(demands)}: no version of {uid} is right for all of them",
        remedy="ask for an older version of one of these, or tell its author",
    )


def _sentence(demands: Sequence[Demand]) -> str:
    said: dict[str, None] = {}
    for wanted, parent in demands:
        who = f"{parent.name} wants" if parent else "you want"
        said.setdefault(f"{who} {wanted}")
    *first, last = said
    return f"{', '.join(first)} and {last}" if first else last
