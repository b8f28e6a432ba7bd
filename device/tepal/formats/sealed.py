"""The sealed form of the secrets: only the holder of a key can read it, or change it unnoticed.

    "TS" version (1 byte) sequence (4, big-endian) nonce (16) text mac (32)

The text is masked with SHA-256 in counter mode; the mac is HMAC-SHA256 over all that stands before.
The host imports this file too, so it needs nothing of MicroPython, not even ``const``.
"""

import hashlib

from tepal.formats.hmac import hmac_sha256, is_equal

RARE = True


def key_of(chip: bytes, root: bytes = b"") -> bytes:
    """Return the key of a board: made of the number of its chip, and of a secret if it has one."""
    return hashlib.sha256(b"tepal" + root + chip).digest()


def seal(key: bytes, sequence: int, nonce: bytes, text: bytes) -> bytes:
    """Return ``text`` in the sealed form; of two seals, the one with the higher sequence is newer.

    ``nonce`` is 16 random bytes, new for each seal.
    """
    sealed = b"TS\x01" + sequence.to_bytes(4, "big") + nonce + _mask(key, nonce, text)
    return sealed + _mac(key, sealed)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """Return the text. Raises: ValueError, torn, changed, or sealed with another key."""
    data = sealed[:-32]
    if sequence(sealed) < 0 or not is_equal(_mac(key, data), sealed[-32:]):
        raise ValueError("not sealed by this board, or damaged")
    return _mask(key, data[7:23], data[23:])


def sequence(sealed: bytes) -> int:
    """Return the sequence that something sealed claims; -1 if it is nothing of that kind."""
    if len(sealed) < 23 + 32 or sealed[:3] != b"TS\x01":
        return -1
    return int.from_bytes(sealed[3:7], "big")


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac_sha256(hashlib.sha256(key + b"mac").digest(), data)


def _mask(key: bytes, nonce: bytes, text: bytes) -> bytes:
    """Return ``text`` masked, or clear again."""
    key = hashlib.sha256(key + b"mask").digest()
    masked = bytearray(text)
    for start in range(0, len(text), 32):
        block = hashlib.sha256(key + nonce + start.to_bytes(4, "big")).digest()
        for index in range(start, min(start + 32, len(text))):
            masked[index] ^= block[index - start]
    return bytes(masked)
