"""Where the apps for nodes come from: archives and folders that somebody names, and an index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from umbel.apps.archive import Archive
from umbel.apps.formats import appconfig, semver
from umbel.apps.index import File, Index, Offer
from umbel.apps.pack import pack
from umbel.apps.source import Source
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError


def from_folder(folder: Path) -> Archive:
    """The app in ``folder``, packed for every board.

    Raises:
        UmbelError: it breaks a rule.
    """
    with TemporaryDirectory() as place:
        release = pack(Source.at(folder))
        path = Path(place, f"{release.manifest.name}-{release.manifest.version}.zip")
        release.save(path)
        return Archive.read(path)


class Supply:
    """Archives by name and version; what was ``named`` goes before what the index has."""

    def __init__(self, named: Sequence[Archive] = (), index: Index | None = None) -> None:
        self.named = tuple(named)
        self.index = index
        self._named = {(one.uid, one.version): one for one in named}
        self._fetched: dict[str, Archive] = {}  # by their hash

    @property
    def uids(self) -> tuple[str, ...]:
        """The apps that there are."""
        known = dict.fromkeys(one.uid for one in self.named)
        known.update(dict.fromkeys(self.index.uids if self.index else ()))
        return tuple(known)

    def is_named(self, offer: Offer) -> bool:
        """Whether somebody has named this very archive."""
        return (offer.uid, offer.version) in self._named

    def offers(self, uid: str) -> list[Offer]:
        """The versions of an app."""
        named = [_offer(one) for one in self.named if one.uid == uid]
        taken = [one.order[:3] for one in named]
        others = self.index.offers(uid) if self.index else ()
        return named + [one for one in others if one.order[:3] not in taken]

    def archive(self, offer: Offer, platform: str) -> Archive:
        """The archive of a version that runs on ``platform``.

        Raises:
            UmbelError: there is none, or it is not what the index says.
        """
        if self.is_named(offer):
            return self._named[offer.uid, offer.version]
        file = _fitting(offer, platform)
        if file.sha256 not in self._fetched and self.index:
            with TemporaryDirectory() as place:
                path = Path(place, f"{offer.uid}-{offer.version}.zip")
                path.write_bytes(self.index.archive(file))
                self._fetched[file.sha256] = Archive.read(path)
        archive = self._fetched[file.sha256]
        if (archive.uid, archive.version) != (offer.uid, offer.version):
            raise UmbelError(
                f"{file.path} is {archive.uid} {archive.version}, the index says {offer.name}",
                remedy="umbel app index DIR",
            )
        return archive


def wanted(archive: Archive) -> Wanted:
    """What takes this version alone."""
    return Wanted(uid=archive.uid, versions=archive.order[:3])


def _offer(archive: Archive) -> Offer:
    """An archive as an index would offer it. Who names a pre-release wants it."""
    return Offer(
        uid=archive.uid,
        version=archive.version,
        order=semver.parse(".".join(map(str, archive.order[:3]))),
        dependencies=tuple(appconfig.dependencies(archive.config)),
        files=(),
        yanked=None,
    )


def _fitting(offer: Offer, platform: str) -> File:
    """The file for this platform, else the one for all."""
    for file in sorted(offer.files, key=lambda one: not one.platform):
        if not file.platform or any(platform.startswith(one) for one in file.platform.split()):
            return file
    raise UmbelError(f"{offer.name} is not for {platform or 'this node'}")
