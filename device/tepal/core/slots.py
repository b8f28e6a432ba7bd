"""The two slots that hold a release each, and the record that says which one starts.

boot.st               "<current> <trial or -> <tries left>"
sys/<slot>/manifest   the manifest, as it came
sys/<slot>/pack       the files in folders, one behind another as the manifest has them; an index
sys/<slot>/start.mpy  a file that is in no folder is one of its own
"""

import asyncio
import hashlib
import os

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError
from tepal.formats.pack import index, is_packed

RARE = True
TRIES = 3
_POINTER = const("boot.st")
BLOCK = 512  # bytes
_TURN = const(4096)  # bytes
_FOLDER = const(0x4000)
OWN = -1  # where a file begins that is not in the pack


# --- the pointer


def pointer(slot: str) -> tuple:
    """Return (the slot that is confirmed, the one on trial or "", tries left).

    ``slot`` is the one that runs: it is confirmed where there is no record.
    """
    try:
        with open(_POINTER) as file:
            current, trial, left = file.read(16).split()
        return current, trial.replace("-", ""), int(left)
    except (OSError, ValueError):
        return slot, "", 0


def point(current: str, trial: str = "", left: int = 0) -> None:
    """Write the pointer. Raises: OSError, then it is as it was."""
    with open(_POINTER + ".new", "w") as file:
        file.write("%s %s %d\n" % (current, trial or "-", left))
    os.rename(_POINTER + ".new", _POINTER)


def other(slot: str) -> str:
    """Return the slot that is not ``slot``."""
    return "a" if slot == "b" else "b"


def folder(slot: str) -> str:
    """Return where ``slot`` is."""
    return "sys/" + slot


def manifest(slot: str) -> str:
    """Return where the manifest of ``slot`` is."""
    return folder(slot) + "/manifest"


def clear(slot: str) -> None:
    """Remove all that is in ``slot``. Raises: OSError."""
    storage.make_folder("sys")
    storage.make_folder(folder(slot))
    for name in os.listdir(folder(slot)):
        _remove(folder(slot) + "/" + name)


def _remove(path: str) -> None:
    if os.stat(path)[0] & _FOLDER:
        for name in os.listdir(path):
            _remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


# --- what a slot holds


class Listing:
    """The files that a manifest on flash lists: ``with listing: listing.next()``.

    It is open in the block alone, as each open file costs a kilobyte, and goes on where it was.
    Raises: OSError, ValueError (there is no manifest, or it is damaged).
    """

    def __init__(self, path: str):
        self.path = path
        self.version = ""
        self.sequence = 0
        line = b""
        with open(self.path, "rb") as file:
            while line[:7] != b"files: ":
                line = file.readline()
                if not line:
                    raise ValueError(path)
                if line[:9] == b"version: ":
                    self.version = line[9:].decode().strip()
                if line[:10] == b"sequence: ":
                    self.sequence = int(line[10:])
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

    def next(self):
        """Return (path, size, SHA-256 in hex, start in the pack or -1); () behind the last file."""
        if not self.left:
            return ()
        digest, size, path = self.file.readline().decode().split()
        self.left -= 1
        if not is_packed(path):
            return path, int(size), digest, OWN
        start = self.start
        self.start += int(size)
        return path, int(size), digest, start

    def find(self, digest: str, size: int):
        """Return the next file with this content, from here on and around; () if there is none.

        What was found before is behind it now, as the next one mostly is: both sides are in order.
        """
        with self:
            for _ in range(self.count):
                if not self.left:
                    self.rewind()
                    self.file.seek(self.at)
                entry = self.next()
                if entry and entry[2] == digest and entry[1] == size:
                    return entry
        return ()

    def index(self):
        """Yield what must stand behind the contents in the pack, part by part."""
        return index(self._packed)

    def _packed(self):
        self.rewind()
        with self:
            entry = self.next()
            while entry:
                if entry[3] != OWN:
                    yield entry[:2]
                entry = self.next()


def digest(path: str) -> str:
    """Return the name of the release that a manifest describes: the hash that is signed.

    Raises: OSError, ValueError, as ``Listing``.
    """
    listing = Listing(path)
    with listing:
        while listing.next():
            pass
    hashed = hashlib.sha256()
    with open(path, "rb") as file:
        while file.tell() < listing.at:
            hashed.update(file.readline())
    return hashed.digest().hex()


def release(slot: str) -> str:
    """Return the name of the release in ``slot``, "" if there is none."""
    try:
        return digest(manifest(slot))
    except (OSError, ValueError):
        return ""


def place(slot: str, entry: tuple) -> tuple:
    """Return (the file that ``entry`` stands in, where it begins there)."""
    if entry[3] == OWN:
        return folder(slot) + "/" + entry[0], 0
    return folder(slot) + "/pack", entry[3]


def size_of(path: str) -> int:
    """Return the bytes of a file, 0 if it is not there."""
    try:
        return os.stat(path)[6]
    except OSError:
        return 0


def create(path: str):
    """Return a new file to write to. Raises: OSError."""
    return open(path, "wb")


async def check(slot: str) -> None:
    """Read the whole slot again. Raises: TepalError ``release_file``, with what is wrong."""
    listing = Listing(manifest(slot))
    block = memoryview(bytearray(BLOCK))
    while True:
        with listing:
            entry = listing.next()
        if not entry:
            break
        hashed = hashlib.sha256()
        name, start = place(slot, entry)
        await read(hashed, name, start, entry[1], block)
        is_whole = entry[3] != OWN or size_of(name) == entry[1]
        if not is_whole or hashed.digest().hex() != entry[2]:
            raise TepalError("release_file", entry[0] + " is damaged on flash")
    with open(folder(slot) + "/pack", "rb") as file:
        file.seek(listing.start)
        for part in listing.index():
            if file.read(len(part)) != part:
                raise TepalError("release_file", "the index is damaged on flash")
        if file.read(1):
            raise TepalError("release_file", "there is more than the index on flash")


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
