"""A slot on its way to a whole release: what is there already, what must come, and where it goes."""

import hashlib
import os

from micropython import const

from tepal.core.listing import BLOCK, OWN, Listing, manifest, pause, place, read, size_of
from tepal.formats.errors import TepalError

RARE = True
_SYNC = const(16384)  # bytes that a power cut may cost; keeping them takes a block of flash
_FULL = const(28)  # ENOSPC


class Filling:
    """Files for ``slot`` in the order of its manifest; what is the same in ``source`` is copied.

    Raises: OSError from all that writes; what is on flash then is looked at again.
    """

    def __init__(self, slot: str, source: str):
        self.slot = slot
        self.source = source
        self.listing = Listing(manifest(slot))
        self.entry: tuple = ()  # the file whose turn it is
        self.at = 0  # bytes of it that are here
        self.hashed = hashlib.sha256()  # of those bytes
        self.file = None
        self.name = ""  # of the file
        self.unsaved = 0
        try:
            self.running = Listing(manifest(source))
        except (OSError, ValueError):  # whoever flashed the node left none
            self.running = None
        self.look()

    async def wanted(self):
        """Return (path, size, SHA-256 in hex, offset) of the bytes that must come, None at the end."""
        try:
            while not self.entry:
                await pause(0)  # many small files in a row would not let the watchdog be fed
                with self.listing:
                    self.entry = self.listing.next()
                if not self.entry:
                    self._close()
                    return None
                await self._begin()
        except OSError:
            self.look()
            raise
        return self.entry[:3] + (self.at,)

    def write(self, data) -> None:
        """Add to the file whose turn it is.

        Raises: TepalError ``release_file`` when it is complete and wrong; it begins anew then.
        """
        if not self.entry:
            raise TepalError("release_file", "no file is expected")
        path, size = self.entry[:2]
        if self.at + len(data) > size:
            self._begin_anew()
            raise TepalError("release_file", "%s: more than %d bytes" % (path, size))
        try:
            self._put(data)
            is_right = self._end()
        except OSError:
            self.look()
            raise
        if not is_right:
            raise TepalError("release_file", path + ": its hash is another")

    def close(self) -> None:
        """Keep what is here for another time."""
        self._close()

    def look(self) -> None:
        """Begin with the first file, and with what is on flash."""
        try:
            self._close()
        except OSError:  # of a file that could not be written; what was saved is there
            pass
        self.entry = ()
        self.listing.rewind()
        self.packed = size_of("sys/" + self.slot + "/pack")

    async def _begin(self) -> None:
        """See what is here of the file whose turn it is, and what the running release has of it."""
        size = self.entry[1]
        name, start = place(self.slot, self.entry)
        length = size_of(name) if self.entry[3] == OWN else self.packed
        here = min(size, max(0, length - start))
        if self.entry[3] == OWN and length > size:
            here = 0
        self.at = 0
        self.hashed = hashlib.sha256()
        if here:
            self._close()
            block = memoryview(bytearray(BLOCK))
            self.at = await read(self.hashed, name, start, here, block)
        elif not size and self.entry[3] == OWN:
            self._put(b"")
        if not self._end() and length > start + size:
            # A file in the middle cannot be written again without a copy of all behind it.
            os.remove(name)
            self.look()
        elif self.entry and self.running:
            found = self.running.find(self.entry[2], self.entry[1])
            if found:
                await self._copy(found)

    async def _copy(self, found: tuple) -> None:
        name, start = place(self.source, found)
        size = self.entry[1]
        block = memoryview(bytearray(BLOCK))
        try:
            file = open(name, "rb")  # noqa: SIM115 - an error here is none of the slot's
        except OSError:
            return
        with file:
            file.seek(start + self.at)
            while self.at < size:
                try:
                    count = file.readinto(block[: min(BLOCK, size - self.at)])
                except OSError:  # the rest comes from elsewhere
                    return
                if not count:
                    return
                self._put(block[:count])
                await pause(self.at)
        self._end()

    def _put(self, data) -> None:
        name, start = place(self.slot, self.entry)
        file = self.file
        if file is None or self.name != name:
            self._close()
            where = start + self.at
            self.file = file = open(name, "r+b" if where else "wb")  # noqa: SIM115 - closed by _close
            file.seek(where)
            self.name = name
        if file.write(data) != len(data):
            raise OSError(_FULL)
        self.hashed.update(data)
        self.at += len(data)
        self.unsaved += len(data)
        if self.entry[3] != OWN:
            self.packed = max(self.packed, start + self.at)
        if self.unsaved >= _SYNC:
            file.flush()
            self.unsaved = 0

    def _end(self) -> bool:
        """Tell whether the file is right as far as it is here; a wrong one begins anew."""
        if self.at < self.entry[1]:
            return True
        if self.hashed.digest().hex() != self.entry[2]:
            self._begin_anew()
            return False
        if self.entry[3] == OWN:
            self._close()
        self.entry = ()
        return True

    def _begin_anew(self) -> None:
        self._close()
        self.at = 0
        self.hashed = hashlib.sha256()

    def _close(self) -> None:
        file, self.file, self.name = self.file, None, ""
        self.unsaved = 0
        if file:
            file.close()
