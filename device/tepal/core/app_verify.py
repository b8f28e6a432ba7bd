"""Installing an app: what is on flash is what was announced, and unpacks to no more than a file may be."""

# Of the part apps, which a release can leave out.

import hashlib

from deflate import RAW, DeflateIO
from micropython import const

from tepal.core.listing import BLOCK, Listing, pause, read
from tepal.formats.errors import TepalError

RARE = True
_NEW = const("apps/.new/")
_MOST = const(1 << 20)  # bytes of a file, as formats.manifest has it
_MOST_OF_ALL = const(1 << 23)
_WINDOW = const(10)  # as formats.pack has it
_DEFLATED = const(".z")


async def check(work) -> None:
    """Read the pack. Raises: TepalError ``digest``, ``app``."""
    listing = Listing(_NEW + "manifest")
    block = memoryview(bytearray(BLOCK))
    left = _MOST_OF_ALL
    for _ in range(listing.count):
        with listing:
            path, size, digest, start = listing.next()
        hashed = hashlib.sha256()
        await read(hashed, _NEW + "pack", start, size, block)
        if hashed.digest().hex() != digest:
            raise TepalError("digest", path + " is damaged on flash")
        if path.endswith(_DEFLATED):
            size = await _unpacked(path, start, start + size, min(left, _MOST), block)
        left -= size
        await pause(0)


async def _unpacked(path: str, start: int, end: int, most: int, block) -> int:
    """Return how many bytes a file has when it is unpacked."""
    size = 0
    with open(_NEW + "pack", "rb") as file:
        file.seek(start)
        stream = DeflateIO(file, RAW, _WINDOW)
        while True:
            try:
                count = stream.readinto(block)
            except (OSError, EOFError):
                raise TepalError("app", "G1: %s cannot be unpacked" % path)
            if not count:
                break
            size += count
            if size > most:
                raise TepalError("app", "G1: %s unpacks to more than %d bytes" % (path, most))
            await pause(size)
        if file.tell() != end:
            raise TepalError("app", "G1: %s is not one deflate stream" % path)
    return size
