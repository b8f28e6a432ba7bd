"""Passwords and keys: PBKDF2 and HMAC, both with SHA-256 (RFC 8018, RFC 2104)."""

import asyncio
import hashlib
import os

from micropython import const

ROUNDS = const(600)  # about 0.3 s on a Pico W
RARE = True
_SLICE = const(10)  # rounds between two looks at the other tasks, 5 ms on a Pico W
_ALPHABET = const("abcdefghjkmnpqrstuvwxyz23456789")  # 31 characters that nobody mixes up
_GENERATED = const(12)  # characters, about 59 bits


async def hash_password(password: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """Return the 32 bytes of PBKDF2-HMAC-SHA256; others run meanwhile."""
    inner, outer = _pads(password.encode())
    block = hmac_padded(inner, outer, salt + b"\0\0\0\1")
    total = int.from_bytes(block, "big")
    for number in range(1, rounds):
        block = hmac_padded(inner, outer, block)
        total ^= int.from_bytes(block, "big")
        if number % _SLICE == 0:
            await asyncio.sleep_ms(0)
    return total.to_bytes(32, "big")


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the 32 bytes that only a holder of ``key`` can make from ``message``."""
    inner, outer = _pads(key)
    return hmac_padded(inner, outer, message)


def hmac_padded(inner: bytes, outer: bytes, message: bytes) -> bytes:
    """Return the HMAC where the two padded keys are known already."""
    return hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).digest()


def is_equal(a: bytes, b: bytes) -> bool:
    """Compare in a time that does not tell where the first difference is."""
    difference = len(a) ^ len(b)
    for one, other in zip(a, b):
        difference |= one ^ other
    return difference == 0


def generate() -> str:
    """Return a new random password."""
    text = ""
    while len(text) < _GENERATED:
        number = os.urandom(1)[0] & 31
        if number < len(_ALPHABET):
            text += _ALPHABET[number]
    return text


def _pads(key: bytes) -> tuple:
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key + bytes(64 - len(key))
    return bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])
