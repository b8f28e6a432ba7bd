"""Where the sealed secrets lie: two places, so that the older is whole while the newer is written.

On an ESP32 that is NVS, with a random key beside it; elsewhere it is two files, and the key is made
of the number of the chip. What lies in the file ``secrets`` in the open was put there by a host.
"""

import os

import machine
from micropython import const

from tepal.formats import sealed

RARE = True
_SPACE = const("tepal")
_PATHS = const(("secrets", "secrets.1"))
_LARGEST = const(3000)  # bytes; NVS has room for two of these
_FULL = const(28)  # ENOSPC
_USUAL = const(1000)  # bytes
_NOT_FOUND = const(0x1102)  # ESP_ERR_NVS_NOT_FOUND
_TOO_LONG = const(0x110C)  # ESP_ERR_NVS_INVALID_LENGTH


def load(number: int) -> bytes:
    """Return what place 0 or 1 holds; nothing if it is empty, nonsense if it cannot be read."""
    path = _PATHS[number]
    try:
        with open(path, "rb") as file:
            return file.read(min(os.stat(path)[6], _LARGEST))
    except OSError:  # there is no file
        space = nvs(_SPACE)
    try:
        return blob(space, path, _LARGEST) if space else b""
    except OSError:
        return b"?"


def save(number: int, data: bytes) -> None:
    """Write place 0 or 1; the other one is not touched. Raises: OSError."""
    if len(data) > _LARGEST:
        raise OSError(_FULL)
    path = _PATHS[number]
    space = nvs(_SPACE)
    if not space:
        with open(path, "wb") as file:
            file.write(data)
        return
    space.set_blob(path, data)
    space.commit()
    try:
        os.remove(path)
    except OSError:  # there was none
        pass


def key() -> bytes:
    """Return the key of this board."""
    space = nvs(_SPACE)
    root = b""
    if space:
        root = blob(space, "root", 32)
        if not root:
            root = os.urandom(32)
            space.set_blob("root", root)
            space.commit()
    return sealed.key_of(machine.unique_id(), root)


def legacy():
    """Return what reads the store of mpy-blox; None where there is no such store."""
    if not nvs(_SPACE):
        return None
    from tepal.hal import legacy

    return legacy if legacy.vector() else None


def nvs(name: str):
    """Return a space of NVS; None on a board that has none."""
    try:
        from esp32 import NVS
    except ImportError:
        return None
    return NVS(name)


def blob(space, name: str, size: int) -> bytes:
    """Return what is stored under ``name``, at most ``size`` bytes; nothing if there is none.

    Raises: OSError, it is there and cannot be read.
    """
    for room in (min(size, _USUAL), size):
        buffer = bytearray(room)
        try:
            return bytes(buffer[: space.get_blob(name, buffer)])
        except OSError as error:
            number = abs(error.args[0])
            if number == _NOT_FOUND:
                return b""
            if number != _TOO_LONG or room == size:
                raise
    return b""
