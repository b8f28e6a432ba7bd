"""Records on flash: small JSON objects that survive a power cut and notice a flipped bit.

A record begins with a checksum over all the bytes behind it: ``{"_crc":"1a2b3c4d","name":…}``.
A file without one was written by a person and is believed if it is JSON.
"""

import binascii
import json
import os

from micropython import const

RARE = True
_MAX_RECORD = const(16384)  # bytes
_BLOCK = const(256)  # bytes
_MARK = const(b'{"_crc":"')
_BODY = const(18)  # where what the checksum covers begins


def read(path: str) -> dict:
    """Return the record in ``path``.

    Raises: OSError (cannot be read), ValueError (torn, corrupt, too large or no object).
    """
    size = os.stat(path)[6]
    if size > _MAX_RECORD:
        raise ValueError("size")
    with open(path, "rb") as file:
        return decode(file.read(size))


def decode(data: bytes) -> dict:
    """Return the record that ``data`` is. Raises: ValueError, as ``read``."""
    data = data.strip()
    if data[: len(_MARK)] == _MARK and data[:_BODY] != head(data[_BODY:]):
        raise ValueError("checksum")
    if data[-1:] != b"}":  # MicroPython's JSON does not miss a closing bracket
        raise ValueError("JSON")
    record = json.loads(data)
    record.pop("_crc", None)
    return record


def verify(block: bytes, file) -> None:
    """Return if a record is what was written: its first block, and the rest of the file.

    Raises: ValueError.
    """
    if block[: len(_MARK)] != _MARK:
        return
    wanted = block[len(_MARK) : len(_MARK) + 8]
    sum = 0
    block = block[_BODY:]
    while block:
        sum = binascii.crc32(block, sum)
        block = file.read(_BLOCK)
    if b"%08x" % (sum & 0xFFFFFFFF) != wanted:
        raise ValueError("checksum")


def write(path: str, record: dict, copies: int = 0) -> None:
    """Replace ``path`` in one step and keep the ``copies`` records before it as path.1, path.2 …

    Raises: OSError; the old record is untouched then.
    """
    data = json.dumps(record).encode()
    data = (b"," if record else b"") + data[1:]
    try:
        with open(path + ".new", "wb") as file:
            file.write(head(data))
            file.write(data)
    except OSError:
        remove(path + ".new")
        raise
    for number in range(copies, 0, -1):
        older = path + "." + str(number - 1) if number > 1 else path
        if exists(older):
            replace(older, path + "." + str(number))
    replace(path + ".new", path)


def newest(path: str, copies: int = 0) -> tuple:
    """Return (record, name of the file it came from, what was wrong with better files).

    The record is None if there is no readable file at all.
    """
    faults = []
    names = [path]
    if not exists(path):  # the cut may have come between the last two renames of a write
        names.append(path + ".new")
    names += [path + "." + str(number + 1) for number in range(copies)]
    for name in names:
        try:
            return read(name), name, faults
        except OSError:
            continue  # not there
        except ValueError as error:
            faults.append(name + ": " + (str(error) or "JSON"))
    return None, "", faults


def replace(old: str, new: str) -> None:
    """Rename ``old`` to ``new``, over an existing file too."""
    try:
        os.rename(old, new)
    except OSError:  # FAT on older firmware does not replace
        os.remove(new)
        os.rename(old, new)


def remove(path: str) -> None:
    """Delete ``path`` if it is there."""
    try:
        os.remove(path)
    except OSError:
        pass


def exists(path: str) -> bool:
    """Tell whether there is a file or folder at ``path``."""
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def lines(path: str):
    """Yield each line of a text, with its end. Raises: OSError."""
    with open(path, "rb") as file:
        line = file.readline()
        while line:
            yield line.decode()
            line = file.readline()


def make_folder(path: str) -> None:
    """Create ``path`` unless it is there."""
    try:
        os.mkdir(path)
    except OSError:
        if not exists(path):
            raise


def head(data: bytes) -> bytes:
    """Return the beginning of a record whose other bytes are ``data``."""
    return _MARK + b'%08x"' % (binascii.crc32(data) & 0xFFFFFFFF)
