"""Installing an app: the files of its archive, in the order of its manifest, into one pack."""

# Of the part apps, which a release can leave out.

import hashlib

from micropython import const

from tepal.core.listing import BLOCK, Listing
from tepal.formats import app_archive
from tepal.formats.errors import TepalError

RARE = True
_NEW = const("apps/.new/")
_ENTRY = const(256)  # bytes of the zip directory for each file, rather more than less
_END = const(22)  # bytes of what a zip file ends with
_ENDING = const(b"PK\5\6")


async def take(work) -> None:
    """Write the pack; each file must be what the manifest says. Raises: TepalError ``app``, ``digest``."""
    listing = Listing(_NEW + "manifest")
    with open(_NEW + "pack", "wb") as file:
        for _ in range(listing.count):
            with listing:
                entry = listing.next()
            await _member(work, entry, file)


async def finish(work) -> None:
    """Pass over the directory of the zip file, which says nothing new."""
    listing = Listing(_NEW + "manifest")
    stream = work.stream
    if app_archive.member(await stream.exactly(app_archive.HEADER)):
        raise TepalError("app", "G1: the archive has more files than its manifest")
    left = _ENTRY * (listing.count + 2)
    tail = block = b"?"
    while block:
        block = await stream.block(BLOCK)
        left -= len(block)
        tail = (tail + block)[-_END:]
        if left < 0:
            raise TepalError("app", "G1: the archive goes on behind its end")
    if tail[: len(_ENDING)] != _ENDING:
        raise TepalError("app", "G1: the archive ends early")
    work.stream = None


def index(work) -> None:
    """Write the index of the pack."""
    from tepal.core import switching

    switching.write_index(Listing(_NEW + "manifest"), _NEW + "pack")


async def _member(work, entry: tuple, file) -> None:
    stream = work.stream
    path, left, digest = entry[:3]
    if path[: len(work.uid) + 1] != work.uid + "/":
        raise TepalError("app", "G1: %s is not in the folder of %s" % (path, work.uid))
    found = app_archive.member(await stream.exactly(app_archive.HEADER))
    if not found or found[1] != left or await stream.exactly(found[0]) != path.encode():
        raise TepalError("app", "G1: the archive has not the files of its manifest: %s" % path)
    hashed = hashlib.sha256()
    while left:
        block = await stream.block(min(left, BLOCK))
        if not block:
            raise TepalError("app", "G1: the archive ends early")
        hashed.update(block)
        if file.write(block) != len(block):
            raise OSError(28)  # ENOSPC
        left -= len(block)
    if hashed.digest().hex() != digest:
        raise TepalError("digest", path)
