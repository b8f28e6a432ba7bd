"""HMAC with SHA-256 (RFC 2104): what only the holder of a key can make, and anybody else can not."""

import hashlib

RARE = True


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the 32 bytes that only a holder of ``key`` can make from ``message``."""
    inner, outer = pads(key)
    return hmac_padded(inner, outer, message)


def hmac_padded(inner: bytes, outer: bytes, message: bytes) -> bytes:
    """Return the HMAC where the two padded keys are known already."""
    return hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).digest()


def pads(key: bytes) -> tuple:
    """Return the two padded keys."""
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key + bytes(64 - len(key))
    return bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])


def is_equal(a: bytes, b: bytes) -> bool:
    """Compare in a time that does not tell where the first difference is."""
    difference = len(a) ^ len(b)
    for one, other in zip(a, b):
        difference |= one ^ other
    return difference == 0
