"""Files to a release; the same files and wishes give the same bytes, on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tepal.formats.manifest import is_path, order
from umbel.errors import UmbelError
from umbel.release import bytecode, manifest, slot
from umbel.release.keys import PublicKey
from umbel.release.manifest import MAX_FILE
from umbel.release.release import Release

_PART = 1000  # each number of a version must be smaller to make a sequence of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a release is to be, besides its files."""

    name: str
    version: str
    kind: str = "release"  # or app
    sequence: int | None = None  # None: made of the version; apps have none
    platforms: tuple[str, ...] = ()  # as sys.platform; none is all
    boards: tuple[str, ...] = ()  # as sys.implementation._build
    micropython: str | None = None  # the oldest that runs it
    downgrade: int | None = None  # the newest sequence that this older release may replace
    introduce: tuple[PublicKey, ...] = ()
    retire: tuple[str, ...] = ()  # ids of keys


def build(files: Mapping[str, bytes], wishes: Wishes) -> Release:
    """A release that is not signed yet.

    Raises:
        UmbelError: a file cannot be in a release, or a wish makes no sense.
    """
    for path, content in files.items():
        if not is_path(path) or path in slot.RESERVED:
            raise UmbelError(
                f"{path!r} cannot be in a release: 96 letters, digits and ._- are, in 8 folders"
            )
        if len(content) > MAX_FILE:
            raise UmbelError(f"{path}: {len(content):,} bytes, a file has at most {MAX_FILE:,}")
    bytecode_wanted = bytecode.wanted(files)
    deflated = slot.deflated(files)
    contents = {path: deflated[path] for path in sorted(deflated, key=order)}
    lines = [f"tepal-{wishes.kind} 1", *_head(contents, wishes, bytecode_wanted)]
    lines += [
        f"{hashlib.sha256(content).hexdigest()} {len(content)} {path}"
        for path, content in contents.items()
    ]
    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    described = manifest.read(text, f"this {wishes.kind}", kind=wishes.kind)
    return Release(manifest=described, files=contents)


def _head(files: Mapping[str, bytes], wishes: Wishes, mpy: str | None) -> list[str]:
    sequence = wishes.sequence
    if sequence is None and wishes.kind == "release":
        sequence = sequence_of(wishes.version)
    head: dict[str, object] = {
        "name": wishes.name,
        "version": wishes.version,
        "sequence": sequence,
        "mpy": mpy,
        "micropython": wishes.micropython,
        "platform": " ".join(sorted(wishes.platforms)) or None,
        "board": " ".join(sorted(wishes.boards)) or None,
        "downgrade": wishes.downgrade,
    }
    size = sum(len(content) for content in files.values())
    return [
        *(f"{key}: {value}" for key, value in head.items() if value is not None),
        *(f"key: {key.modulus.hex()}" for key in wishes.introduce),
        *(f"retire: {name}" for name in wishes.retire),
        f"files: {len(files)} {size}",
    ]


def sequence_of(version: str) -> int:
    """The number by which nodes tell old from new: 1.2.3 is 1002003.

    Raises:
        UmbelError: the version is not of that form.
    """
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and int(part) < _PART for part in parts):
        raise UmbelError(
            f"version {version} does not say which release is newer",
            remedy="--sequence N, higher than that of the release before",
        )
    major, minor, patch = map(int, parts)
    return (major * _PART + minor) * _PART + patch
