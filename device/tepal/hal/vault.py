"""Where the sealed secrets lie: two places, so that the older is whole while the newer is written.

On an ESP32 that is NVS, with a random key beside it; elsewhere it is two files, and the key is made
of the number of the chip. What lies in the file ``secrets`` in the open was put there by a host.
"""

import os

import machine
from micropython import const

from tepal.formats import sealed

RARE = True
_LEGACY = const("sec_cfg")  # where mpy-blox keeps its secrets
_SPACE = const("tepal")
_PATHS = const(("secrets", "secrets.1"))
_LARGEST = const(3000)  # bytes; NVS has room for two of these
_FULL = const(28)  # ENOSPC


def load(slot: int) -> bytes:
    """Return what place 0 or 1 holds; nothing if it is empty. Raises: OSError."""
    nvs = _nvs(_SPACE)
    path = _PATHS[slot]
    if _is_file(path):
        if os.stat(path)[6] > _LARGEST:
            return b"?"  # nothing of ours
        with open(path, "rb") as file:
            return file.read()
    return _blob(nvs, path, _LARGEST) if nvs else b""


def save(slot: int, data: bytes) -> None:
    """Write place 0 or 1; the other one is not touched. Raises: OSError."""
    if len(data) > _LARGEST:
        raise OSError(_FULL)
    nvs = _nvs(_SPACE)
    path = _PATHS[slot]
    if not nvs:
        with open(path, "wb") as file:
            file.write(data)
        return
    nvs.set_blob(path, data)
    nvs.commit()
    if _is_file(path):
        os.remove(path)


def key() -> bytes:
    """Return the key of this board."""
    nvs = _nvs(_SPACE)
    root = b""
    if nvs:
        root = _blob(nvs, "root", 32)
        if not root:
            root = os.urandom(32)
            nvs.set_blob("root", root)
            nvs.commit()
    return sealed.key_of(machine.unique_id(), root)


def has_legacy() -> bool:
    """Tell whether mpy-blox has kept something on this board."""
    nvs = _nvs(_LEGACY)
    return bool(nvs and _blob(nvs, "iv", 16))


def legacy() -> bytes:
    """Return the JSON that mpy-blox has kept on this board; nothing if there is none.

    Raises: ValueError, it cannot be read.
    """
    nvs = _nvs(_LEGACY)
    if not nvs:
        return b""
    vector, data = _blob(nvs, "iv", 16), _blob(nvs, "payload", _LARGEST)
    if not vector or not data:
        return b""
    import hashlib

    from cryptolib import aes

    data = data[: nvs.get_i32("payload_s")]
    if len(vector) != 16 or len(data) % 16:
        raise ValueError("length")
    text = aes(hashlib.sha256(machine.unique_id()).digest(), 2, vector).decrypt(data)
    padding = text[-1]
    if not 1 <= padding <= 16 or text[-padding:] != bytes([padding]) * padding:
        raise ValueError("padding")
    return text[:-padding]


def forget_legacy() -> None:
    """Erase what mpy-blox has kept. Raises: OSError."""
    nvs = _nvs(_LEGACY)
    assert nvs
    for name in ("payload", "payload_s", "iv"):
        nvs.erase_key(name)
    nvs.commit()


def _nvs(space: str):
    try:
        from esp32 import NVS
    except ImportError:
        return None
    return NVS(space)


def _blob(nvs, name: str, size: int) -> bytes:
    buffer = bytearray(size)
    try:
        return bytes(buffer[: nvs.get_blob(name, buffer)])
    except OSError:  # there is none
        return b""


def _is_file(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True
