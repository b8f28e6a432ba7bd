"""The secrets that mpy-blox keeps on an ESP32, in NVS: AES with the number of the chip."""

import hashlib

import machine
from micropython import const

from tepal.hal.vault import blob, nvs

RARE = True
_SPACE = const("sec_cfg")
_LARGEST = const(3000)  # bytes
_BLOCK = const(16)
_CBC = const(2)


def vector() -> bytes:
    """Return the vector of the cipher; nothing if there is no such store."""
    return blob(nvs(_SPACE), "iv", _BLOCK)


def load() -> bytes:
    """Return the JSON in the store. Raises: ValueError (damaged), ImportError (no cipher)."""
    from cryptolib import aes

    data = blob(nvs(_SPACE), "payload", _LARGEST)
    if not data or len(data) % _BLOCK:
        raise ValueError("size")
    key = hashlib.sha256(machine.unique_id()).digest()
    text = aes(key, _CBC, vector()).decrypt(data)
    padding = text[-1]
    if not 1 <= padding <= _BLOCK or text[-padding:] != bytes([padding]) * padding:
        raise ValueError("padding")
    return text[:-padding]


def clear() -> None:
    """Erase the store. Raises: OSError."""
    space = nvs(_SPACE)
    assert space
    for name in ("payload", "payload_s", "iv"):
        space.erase_key(name)
    space.commit()
