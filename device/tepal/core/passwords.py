"""Passwords: PBKDF2 with SHA-256 (RFC 8018), and new ones that can be read aloud."""

import asyncio
import os

from micropython import const

from tepal.formats.hmac import hmac_padded, hmac_sha256, is_equal, pads  # noqa: F401 - offered here

ROUNDS = const(600)  # about 0.3 s on a Pico W
RARE = True
_SLICE = const(10)  # rounds between two looks at the other tasks, 5 ms on a Pico W
_ALPHABET = const("abcdefghjkmnpqrstuvwxyz23456789")  # 31 characters that nobody mixes up
_GENERATED = const(12)  # characters, about 59 bits


async def hash_password(password: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """Return the 32 bytes of PBKDF2-HMAC-SHA256; others run meanwhile."""
    inner, outer = pads(password.encode())
    block = hmac_padded(inner, outer, salt + b"\0\0\0\1")
    total = int.from_bytes(block, "big")
    for number in range(1, rounds):
        block = hmac_padded(inner, outer, block)
        total ^= int.from_bytes(block, "big")
        if number % _SLICE == 0:
            await asyncio.sleep_ms(0)
    return total.to_bytes(32, "big")


def generate() -> str:
    """Return a new random password."""
    text = ""
    while len(text) < _GENERATED:
        number = os.urandom(1)[0] & 31
        if number < len(_ALPHABET):
            text += _ALPHABET[number]
    return text
