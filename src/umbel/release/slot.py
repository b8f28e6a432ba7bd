"""A release as it lies in a slot of a node; ``tepal/formats/pack.py`` says how and why."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from tepal.formats import pack
from umbel.errors import UmbelError
from umbel.release.release import MANIFEST, Release

_PACK = "pack"
RESERVED = (MANIFEST, _PACK)  # no file of a release has such a name
_BEST = 9


def deflated(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as a release has them: what stands in folders is deflated, and called so.

    Raises:
        UmbelError: two files would have the same name.
    """
    contents: dict[str, bytes] = {}
    for path, content in files.items():
        if not pack.is_packed(path) or path.endswith((pack.DEFLATED, pack.ZIPPED)):
            contents[path] = content
        elif path + pack.DEFLATED in files:
            raise UmbelError(f"{path} and {path}{pack.DEFLATED} cannot be in one release")
        else:
            contents[path + pack.DEFLATED] = _deflate(content)
    return contents


def laid_out(release: Release) -> dict[str, bytes]:
    """The files of the slot: names to content.

    Raises:
        UmbelError: a node could not tell two paths apart, by a chance of one in a hundred thousand.
    """
    packed = {path: content for path, content in release.files.items() if pack.is_packed(path)}
    sizes = [(path, len(content)) for path, content in packed.items()]
    index = list(pack.index(lambda: iter(sizes)))
    names = index[: -len(sizes) - 2]  # behind them is where the files begin and end, and a footer
    if len(set(names)) < len(names):
        raise UmbelError("two paths of this release have the same CRC-32", remedy="rename one")
    return {
        MANIFEST: release.manifest.content,
        _PACK: b"".join([*packed.values(), *index]),
        **{path: content for path, content in release.files.items() if path not in packed},
    }


def _deflate(content: bytes) -> bytes:
    stream = zlib.compressobj(_BEST, zlib.DEFLATED, -pack.WINDOW)
    return stream.compress(content) + stream.flush()
