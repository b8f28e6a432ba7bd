"""The two slots that hold a release each, and the record that says which one starts.

boot.st               "<current> <trial or -> <tries left>"
sys/<slot>/manifest   the manifest, as it came
sys/<slot>/pack       the files in folders, one behind another as the manifest has them; an index
sys/<slot>/start.mpy  a file that is in no folder is one of its own
"""

import hashlib
import os

from micropython import const

from tepal.core import storage
from tepal.core.listing import Listing, manifest

RARE = True
TRIES = 3
_POINTER = const("boot.st")
_FOLDER = const(0x4000)


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


def clear(slot: str) -> None:
    """Make ``slot`` empty. Raises: OSError."""
    storage.make_folder("sys")
    storage.make_folder("sys/" + slot)
    for name in os.listdir("sys/" + slot):
        _remove("sys/" + slot + "/" + name)


def _remove(path: str) -> None:
    if os.stat(path)[0] & _FOLDER:
        for name in os.listdir(path):
            _remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


def version(slot: str) -> tuple:
    """Return (version, sequence) of the release in ``slot``; nothing, and 0, if nobody has said."""
    said = {}
    try:
        for line in storage.lines(manifest(slot)):
            key, _, value = line.strip().partition(": ")
            said[key] = value
            if key == "files":
                break
        return said.get("version", ""), int(said.get("sequence", 0))
    except (OSError, ValueError):
        return "", 0


def release(slot: str) -> str:
    """Return the name of the release in ``slot``, the hash that is signed; "" if there is none."""
    try:
        listing = Listing(manifest(slot))
        with listing:
            while listing.next():
                pass
        hashed = hashlib.sha256()
        with open(listing.path, "rb") as file:
            while file.tell() < listing.at:
                hashed.update(file.readline())
        return hashed.digest().hex()
    except (OSError, ValueError):
        return ""
