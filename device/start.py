"""Starts the release that this file belongs to: mounts its pack at /os, then runs the node.

``tepal/formats/pack.py`` says how a pack looks; this is the one place that opens what is in it.
"""

import binascii
import os
import struct
import sys

from deflate import RAW, DeflateIO


class Pack:
    """A file system: the files that stand one behind another in the pack of a slot."""

    size = 0  # of the file that was opened last, in bytes

    def __init__(self, slot: str):
        self.path = slot + "/pack"
        with open(self.path, "rb") as file:
            file.seek(-12, 2)
            kind, self.folders, count, self.start = struct.unpack("<4sHHI", file.read())
            if kind != b"TPK1":
                raise ValueError(self.path)
            file.seek(self.start)
            self.names = file.read(4 * (self.folders + count))

    def mount(self, is_readonly, is_new):
        """Nothing is to be done; MicroPython calls it."""

    def find(self, path: str) -> int:
        """Return the number of a file; below zero it is a folder. Raises: OSError."""
        name = struct.pack("<I", binascii.crc32(path.strip("/").encode()))
        place = self.names.find(name)
        while place & 3:  # across two names; or -1, which is nowhere
            if place < 0:
                raise OSError(2)
            place = self.names.find(name, place + 1)
        return place // 4 - self.folders

    def stat(self, path: str) -> tuple:
        """Return what os.stat does, as far as there is anything to tell."""
        kind = 0x4000
        if self.find(path) >= 0:
            kind = 0x8000
            self.open(path, "").close()
        return kind, 0, 0, 0, 0, 0, self.size, 0, 0, 0

    def open(self, path: str, mode: str):
        """Open a file, to read bytes. One that was zipped already does not end where it should.

        ``stat`` knows the size of such a file; of others it knows how much flash they take.
        """
        number = self.find(path)
        file = open(self.path, "rb")  # noqa: SIM115 - who asked for it closes it
        file.seek(self.start + len(self.names) + 4 * number)
        start, end = struct.unpack("<II", file.read(8))
        file.seek(start)
        self.size = end - start
        return file if path[-3:] == ".gz" else DeflateIO(file, RAW, 10, True)

    def ilistdir(self, path: str):
        """Yield what os.ilistdir does."""
        from tepal.formats import pack

        return pack.listing(self.path, path)


def run(slot: str) -> None:
    """Run the node of the release in the folder ``slot``; does not return."""
    if hasattr(os, "mount"):
        from os import mount
    else:
        from vfs import mount
    mount(Pack(slot), "/os")
    sys.path[:0] = ["modules", "/os", "/os/modules"]
    from tepal import node

    node.run(slot[-1])
