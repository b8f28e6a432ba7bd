"""From an index to a lock: what somebody asks for, kept where it can stay, or moved on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from umbel.apps import fetching
from umbel.apps.formats import semver
from umbel.apps.index import Index
from umbel.apps.lock import Lock
from umbel.apps.resolve import resolve
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError
from umbel.release import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen, and from which index."""

    index: Index
    lock: Lock
    warnings: Sequence[str]


def choose(
    where: str,
    wanted: Sequence[str],
    *,
    lock: Path | None = None,
    upgrade: bool = False,
    keys: Iterable[PublicKey] = (),
) -> Chosen:
    """Versions of the apps in ``wanted``, and of all that they need.

    Raises:
        UmbelError: there are none that fit, or the index is older than the one of the lock.
    """
    index = Index(fetching.of(where), keys)
    before = Lock.load(lock) if lock else None
    if before and index.sequence < before.sequence:
        raise UmbelError(
            f"the index at {where} is number {index.sequence}, "
            f"{lock} was made with number {before.sequence}: somebody offers an old one"
        )
    kept = before.kept() if before and not upgrade else {}
    found = resolve(index, [Wanted.parse(text) for text in wanted], kept)
    offers = {one.name: one for choice in found.values() for one in choice.values()}
    return Chosen(
        index=index,
        lock=Lock.of(index.sequence, found),
        warnings=[
            f"{name} was taken back: {one.yanked}" for name, one in offers.items() if one.yanked
        ],
    )


def places(lock: Lock) -> dict[str, list[str]]:
    """Of each app the versions on a node, the newest first: it has the base folder."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for choice in lock.apps.values():
        for uid, version in choice.items():
            versions[uid].add(version)
    return {
        uid: sorted(one, key=semver.parse, reverse=True) for uid, one in sorted(versions.items())
    }
