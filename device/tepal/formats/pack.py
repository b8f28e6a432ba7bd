"""The pack of a release: the files of its folders in one file, with an index behind them.

A file takes a block of flash, 4 KB, however small it is; most of ours are smaller. So a slot has
few files: those that stand at the top of the release, and this one, which ``start.py`` mounts.

Each is a raw deflate stream whose window is 1 KB, and its path ends in ``.z``; the node finds it
without that. What is compressed already, and ends in ``.gz``, is as it is.

The contents stand one behind another in the order of the manifest. The index behind them is, in
little endian: CRC-32 of the path of each folder, then of each file; where each file begins, and
where the last ends; then b"TPK1", how many folders, how many files, where the index begins.
"""

import binascii
import struct

_TYPING = 0
if _TYPING:
    from collections.abc import Callable, Iterator

RARE = True
DEFLATED = ".z"
ZIPPED = ".gz"
WINDOW = 10  # log2 of the bytes that a reader must look back
_DIGEST = 64  # hex digits of SHA-256


def is_packed(path: str) -> bool:
    """Tell whether a file of a release stands in the pack; else it is one of its own."""
    return "/" in path


def index(files: "Callable[[], Iterator[tuple[str, int]]]") -> "Iterator[bytes]":
    """Yield, part by part, what stands behind the contents of files.

    ``files`` is called again and again; each time it returns an iterator of (path, size) in the
    order of the manifest. A list of them all would be more than a node has to spare.
    """
    folders, count, end = [], 0, 0
    for path, _ in files():
        count += 1
        name = _plain(path)
        while "/" in name:
            name = name.rsplit("/", 1)[0]
            if _name(name) not in folders:
                folders.append(_name(name))
    for name in folders:
        yield name
    for path, _ in files():
        yield _name(_plain(path))
    yield struct.pack("<I", end)
    for _, size in files():
        end += size
        yield struct.pack("<I", end)
    yield struct.pack("<4sHHI", b"TPK1", len(folders), count, end)


def listing(pack: str, folder: str):
    """Yield (name, kind, 0, size) of what is in a folder of a pack; the manifest beside it tells.

    ``pack`` is the path of the pack. Raises: OSError.
    """
    folder = folder.strip("/") + "/"
    start = 0 if folder != "/" else 1
    last = ""
    with open(pack[: -len("pack")] + "manifest") as manifest:
        for line in manifest:
            words = line.strip().split(" ")
            if len(words) != 3 or len(words[0]) != _DIGEST or not is_packed(words[2]):
                continue
            path = "/" * start + _plain(words[2])
            if path[: len(folder)] != folder:
                continue
            name, slash, _ = path[len(folder) :].partition("/")
            if name != last:  # the files of a folder stand together
                yield name, 0x4000 if slash else 0x8000, 0, 0 if slash else int(words[1])
            last = name


def _plain(path: str) -> str:
    return path[: -len(DEFLATED)] if path.endswith(DEFLATED) else path


def _name(path: str) -> bytes:
    return struct.pack("<I", binascii.crc32(path.encode()))
