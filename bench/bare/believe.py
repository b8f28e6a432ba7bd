"""Reads a manifest as a node does, believes it, and prints what that took: bytes and microseconds.

believe.py manifest key
"""

import binascii
import gc
import sys
import time

from tepal.core import release_trust
from tepal.formats.manifest import Manifest


def elapsed(begin):
    return time.ticks_diff(time.ticks_us(), begin)


def read(path):
    manifest = Manifest()
    with open(path, "rb") as file:
        while True:
            line = file.readline(1025)
            if not line:
                break
            manifest.take(line)
    manifest.end()
    return manifest


def main(path, key):
    read(path)  # what is made once and stays, names above all
    gc.collect()
    empty = gc.mem_alloc()
    begin = time.ticks_us()
    manifest = read(path)
    reading = elapsed(begin)
    gc.collect()
    kept = gc.mem_alloc() - empty
    with open(key) as file:
        modulus = binascii.unhexlify(file.read())
    trust = release_trust.Trust([modulus], b"", "attic", 0, True)
    release_trust.check(manifest, trust)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    begin = time.ticks_us()
    level = release_trust.check(manifest, trust)
    checking = elapsed(begin)
    used = gc.mem_alloc() - before
    assert level == release_trust.PUBLISHER
    print("believed", kept, reading, used, checking)


if len(sys.argv) > 2:  # on a board, others call
    main(sys.argv[1], sys.argv[2])
