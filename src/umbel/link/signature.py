"""Proof that we hold a node's key, without sending it."""

from __future__ import annotations

import hashlib
import hmac


def sign(key: bytes, message: str, nonce: str, count: int) -> str:
    """HMAC-SHA256 over message, nonce and count, in hex; each count of a nonce works once."""
    signed = f"{message}\n{nonce}\n{count}".encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()
