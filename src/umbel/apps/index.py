"""An index: what apps there are, as plain files that any web server can serve.

    index.manifest   signed; says the hash of index.json
    index.json       every app with the hash of its file
    apps/<uid>.json  its versions, what they need, their archives with hashes
    *.zip            the archives
    yanked.json      versions that were taken back, and why: {"acme-1.0.1": "loses data"}

A reader fetches the first two, then the files of the apps that it asks about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from umbel.apps.formats import appconfig, semver
from umbel.errors import UmbelError
from umbel.release import PublicKey, manifest, signed_by
from umbel.release.manifest import Described

KIND = "index"
MANIFEST = "index.manifest"
LIST = "index.json"
MAX_LIST = 1 << 20  # bytes, for some ten thousand apps
MAX_APP = 1 << 18  # bytes of the file of one app
_FORMAT = 1

Fetch = Callable[[str, int], bytes]  # a path and the most bytes it may have; raises UmbelError


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An archive of a version; one version may have several, for different boards."""

    path: str
    size: int  # bytes
    sha256: str
    platform: str  # as in the manifest, nothing for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A version of an app that an index offers."""

    uid: str
    version: str
    order: tuple[int, int, int, Any]  # what versions compare by
    dependencies: tuple[tuple[str, tuple[int | None, ...]], ...]
    files: tuple[File, ...]
    yanked: str | None  # why it was taken back

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.uid} {self.version}"


class Offers(Protocol):
    """What versions are chosen from."""

    @property
    def called(self) -> str:
        """Where it is that something lacks, in a sentence."""
        ...

    @property
    def uids(self) -> Sequence[str]:
        """The apps that there are."""
        ...

    def offers(self, uid: str) -> tuple[Offer, ...]:
        """The versions of an app, the newest first; none if there is no such app."""
        ...


class Index:
    """What an index says; the file of an app is read when somebody asks about the app."""

    called = "this index"

    def __init__(self, fetch: Fetch, keys: Iterable[PublicKey] = ()) -> None:
        """Read the list, and see who has signed it.

        Raises:
            UmbelError: there is none, or a file of it was changed, or its signature is wrong.
        """
        self._fetch = fetch
        self._offers: dict[str, tuple[Offer, ...]] = {}
        self.manifest: Described = manifest.read(
            fetch(MANIFEST, manifest.MAX_BYTES), MANIFEST, kind=KIND
        )
        self.signers = signed_by(self.manifest, keys)
        (entry,) = [one for one in self.manifest.files if one.path == LIST] or [None]
        if entry is None or len(self.manifest.files) != 1:
            raise UmbelError(f"{MANIFEST} does not list {LIST} alone")
        content = fetch(LIST, MAX_LIST)
        if hashlib.sha256(content).digest() != entry.sha256:
            raise UmbelError(f"{LIST} is not what {MANIFEST} says", remedy="umbel app index DIR")
        said = _object(content, LIST)
        if said.get("format") != _FORMAT or not isinstance(said.get("apps"), dict):
            raise UmbelError(f"{LIST} is of another format; we know number {_FORMAT}")
        self._hashes: dict[str, str] = said["apps"]

    @property
    def sequence(self) -> int:
        """How often it was made; a lower one is an older one."""
        return self.manifest.sequence

    @property
    def uids(self) -> Sequence[str]:
        """The apps that there are."""
        return tuple(self._hashes)

    def offers(self, uid: str) -> tuple[Offer, ...]:
        """The versions of an app, the newest first; none if there is no such app.

        Raises:
            UmbelError: its file is missing, damaged or not what was signed.
        """
        if uid not in self._hashes:
            return ()
        if uid not in self._offers:
            path = app_path(uid)
            content = self._fetch(path, MAX_APP)
            if hashlib.sha256(content).hexdigest() != self._hashes[uid]:
                raise UmbelError(f"{path} is not what {LIST} says", remedy="umbel app index DIR")
            self._offers[uid] = read_app(content, path)
        return self._offers[uid]

    def archive(self, file: File) -> bytes:
        """The archive that the index names.

        Raises:
            UmbelError: it is missing, or not what the index says.
        """
        content = self._fetch(file.path, file.size)
        if len(content) != file.size or hashlib.sha256(content).hexdigest() != file.sha256:
            raise UmbelError(
                f"{file.path} is not what the index says", remedy="umbel app index DIR"
            )
        return content


def app_path(uid: str) -> str:
    """Where the file of an app is."""
    return f"apps/{uid}.json"


def read_app(content: bytes, where: str) -> tuple[Offer, ...]:
    """The versions that the file of an app lists, the newest first.

    Raises:
        UmbelError: it cannot be read.
    """
    said = _object(content, where)
    try:
        offers = [_offer(said["uid"], text, one) for text, one in said["versions"].items()]
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise UmbelError(f"{where} cannot be read: {exc}") from exc
    return tuple(sorted(offers, key=lambda one: one.order, reverse=True))


def _offer(uid: str, version: str, said: dict[str, Any]) -> Offer:
    return Offer(
        uid=uid,
        version=version,
        order=semver.parse(version),
        dependencies=tuple(map(appconfig.dependency, said["dependencies"])),
        files=tuple(
            File(
                path=one["path"],
                size=one["size"],
                sha256=one["sha256"],
                platform=one.get("platform", ""),
            )
            for one in said["files"]
        ),
        yanked=said.get("yanked"),
    )


def _object(content: bytes, where: str) -> dict[str, Any]:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise UmbelError(f"{where} is not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise UmbelError(f"{where}: an object expected")
    return value  # pyright: ignore[reportUnknownVariableType] - of names, as JSON has it
