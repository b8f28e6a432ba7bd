"""The files of a release as they lie in a slot: which there are, where each is, what it hashes to."""

import asyncio
import os

from micropython import const

RARE = True
BLOCK = 512  # bytes
OWN = -1  # where a file begins that is not in the pack
_TURN = const(4096)  # bytes between two moments in which others have their turn


class Listing:
    """The files that a manifest on flash lists: ``with listing: listing.next()``.

    It is open in the block alone, as each open file costs a kilobyte, and goes on where it was.
    Raises: OSError, ValueError (it is damaged).
    """

    def __init__(self, path: str):
        self.path = path
        line = b""
        with open(path, "rb") as file:
            while line[:7] != b"files: ":
                line = file.readline()
                if not line:
                    raise ValueError(path)
            self.first = file.tell()
        self.count = int(line.split()[1])
        self.rewind()

    def rewind(self) -> None:
        """Go on with the first file."""
        self.at = self.first
        self.left = self.count
        self.start = 0  # of the next file in the pack

    def __enter__(self):
        self.file = open(self.path, "rb")
        self.file.seek(self.at)
        return self

    def __exit__(self, kind, error, trace):
        self.at = self.file.tell()
        self.file.close()

    def next(self) -> tuple:
        """Return (path, size, SHA-256 in hex, start in the pack or OWN); () behind the last file."""
        if not self.left:
            return ()
        digest, size, path = self.file.readline().decode().split()
        self.left -= 1
        if "/" not in path:  # as ``pack.is_packed`` has it, which would stay in memory
            return path, int(size), digest, OWN
        start = self.start
        self.start += int(size)
        return path, int(size), digest, start

    def find(self, digest: str, size: int):
        """Return the next file with this content, from here on and around; () if there is none.

        What was found before is behind it now, as the next one mostly is: both sides are in order.
        """
        with self:
            before = self.at, self.left, self.start
            entry = self.next()
            if entry[1:3] == (size, digest):
                return entry
            self.left, self.start = before[1:]
            self.file.seek(before[0])
        if not self._has(digest.encode()):  # as with all that is new; line by line takes long
            return ()
        with self:
            for _ in range(self.count):
                if not self.left:
                    self.rewind()
                    self.file.seek(self.at)
                entry = self.next()
                if entry[1:3] == (size, digest):
                    return entry
        return ()

    def _has(self, digest: bytes) -> bool:
        data = b""
        with open(self.path, "rb") as file:
            block = file.read(BLOCK)
            while block:
                data = data[-len(digest) :] + block
                if digest in data:
                    return True
                block = file.read(BLOCK)
        return False


def manifest(slot: str) -> str:
    """Return where the manifest of ``slot`` is."""
    return "sys/" + slot + "/manifest"


def place(slot: str, entry: tuple) -> tuple:
    """Return (the file of ``slot`` that ``entry`` stands in, where it begins there)."""
    if entry[3] == OWN:
        return "sys/" + slot + "/" + entry[0], 0
    return "sys/" + slot + "/pack", entry[3]


def size_of(path: str) -> int:
    """Return the bytes of a file, 0 if it is not there."""
    try:
        return os.stat(path)[6]
    except OSError:
        return 0


async def read(hashed, name: str, start: int, size: int, block) -> int:
    """Hash ``size`` bytes of a file, or as many as there are; return how many that was."""
    done = 0
    with open(name, "rb") as file:
        file.seek(start)
        while done < size:
            count = file.readinto(block[: min(BLOCK, size - done)])
            if not count:
                break
            hashed.update(block[:count])
            done += count
            await pause(done)
    return done


async def pause(done: int) -> None:
    """Let others have their turn, now and then."""
    if not done % _TURN:
        await asyncio.sleep_ms(0)
