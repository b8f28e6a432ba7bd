"""Moves the files of a set to their places and back, so that it can begin anew at any point.

update/list     a line a file: what, SHA-256, size, path; the numbers are those of the lines
update/12.new   file number 12, staged
update/12.old   what was in its place
"""

import binascii
import hashlib
import os

from micropython import const

from tepal.core import storage
from tepal.core.folders import make_folders

RARE = True
FOLDER = const("update/")
LIST = const("update/list")
NEW = const("+")  # what: nothing was there before
CHANGED = const("=")
REMOVED = const("-")
_BLOCK = const(512)  # bytes


def staged(number: int) -> str:
    """Return where a file waits that shall be put in its place."""
    return "update/%d.new" % number


def lines(path: str):
    """Yield (number, what, SHA-256, size, path) of each file in a list."""
    with open(path) as file:
        for number, line in enumerate(file):
            what, digest, size, place = line.strip().split(" ")
            yield number, what, digest, int(size), place


def checksum() -> int:
    """Return the checksum of the list. Raises: OSError."""
    found = 0
    with open(LIST, "rb") as file:
        block = file.read(256)
        while block:
            found = binascii.crc32(block, found)
            block = file.read(256)
    return found & 0xFFFFFFFF


def forward(wanted: int) -> None:
    """Put all in its place, and keep what was there. Raises: OSError, ValueError (the list)."""
    if checksum() != wanted:
        raise ValueError("the list of files is damaged")
    for number, what, _, _, path in lines(LIST):
        kept = _kept(number)
        if what == REMOVED:
            if storage.exists(path):
                os.rename(path, kept)
        elif storage.exists(staged(number)):
            if what == CHANGED and not storage.exists(kept):
                os.rename(path, kept)
            make_folders(path)
            os.rename(staged(number), path)
    _tidy(REMOVED)


def back() -> None:
    """Put back what was there before; from wherever ``forward`` has come to. Raises: OSError."""
    if not storage.exists(LIST):
        return  # so it was back already
    for number, what, _, _, path in lines(LIST):
        if what != NEW:
            if storage.exists(_kept(number)):
                make_folders(path)
                os.rename(_kept(number), path)
        elif not storage.exists(staged(number)):
            storage.remove(path)
    _tidy(NEW)


def drop() -> None:
    """Remove what is staged and what was kept. Raises: OSError."""
    for name in os.listdir(FOLDER[:-1]):
        if name[-4:] in (".new", ".old"):
            storage.remove(FOLDER + name)
    storage.remove(LIST)  # as the last: without it there is nothing to put back


def digest_of(path: str) -> str:
    """Return the SHA-256 of a file in hex. Raises: OSError."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        block = bytearray(_BLOCK)
        view = memoryview(block)
        count = file.readinto(block)
        while count:
            found.update(view[:count])
            count = file.readinto(block)
    return binascii.hexlify(found.digest()).decode()


def _kept(number: int) -> str:
    return "update/%d.old" % number


def _tidy(gone: str) -> None:
    """Remove the folders that became empty: MicroPython takes an empty ``x/`` for the module x.

    Those at the top stay.
    """
    for _, what, _, _, path in lines(LIST):
        folder = path.rpartition("/")[0]
        while what == gone and "/" in folder:
            try:
                os.rmdir(folder)
            except OSError:
                if storage.exists(folder):
                    break  # with something in it
            folder = folder.rpartition("/")[0]
