"""RSA signatures as a node checks them: PKCS#1 v1.5 with SHA-256 (RFC 8017), exponent 65537."""

import binascii
import hashlib

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
KEY_SIZE = 384  # bytes of an RSA-3072 modulus, and of a signature made with it
MAX_KEYS = 4  # that a node trusts
_EXPONENT = 65537
_SHA256 = b"\x00010\r\x06\t`\x86H\x01e\x03\x04\x02\x01\x05\x00\x04 "  # its name in DER


def is_signed(digest: bytes, signature: bytes, modulus: bytes) -> bool:
    """Tell whether the holder of the key has signed a text with this SHA-256.

    The whole block is made anew and compared: what is parsed can be forged.
    """
    size = len(modulus)
    if len(digest) != 32 or len(signature) != size or not is_modulus(modulus):
        return False
    number = int.from_bytes(modulus, "big")
    power = int.from_bytes(signature, "big")
    if power >= number:
        return False
    block = pow(power, _EXPONENT, number).to_bytes(size, "big")
    ending = _SHA256 + digest
    if not block.startswith(b"\0\1") or not block.endswith(ending):
        return False
    # Without a slice, which would be a copy: a node has little room.
    return all(block[index] == 255 for index in range(2, size - len(ending)))


def is_modulus(modulus: bytes) -> bool:
    """Tell whether this may be the modulus of a key: odd, and with all its bits in use."""
    return len(modulus) >= 256 and modulus[0] >= 128 and modulus[-1] & 1 == 1


def key_id(modulus: bytes) -> str:
    """Return the name of a key, which nobody chooses: 16 hex digits."""
    return binascii.hexlify(hashlib.sha256(modulus).digest()[:8]).decode()
