"""The keys of those whose releases this node takes: in the sealed store, so that nobody adds one."""

import binascii
import json

from micropython import const

from tepal.core import secrets
from tepal.formats.errors import TepalError

RARE = True
_NAME = const("release_keys")
_KEY_SIZE = const(384)  # bytes, as formats.rsa has it
_LARGEST = const(2900)  # bytes, for all secrets together


def read(where) -> list:
    """Return the moduli. Raises: TepalError ``release_keys``, what is there makes no sense."""
    found = secrets.get(where, _NAME) or []
    try:
        keys = [_decoded(text) for text in found]
    except (ValueError, TypeError):
        keys = [b""]
    if not isinstance(found, list) or [key for key in keys if len(key) != _KEY_SIZE]:
        raise TepalError("release_keys", "those of this node cannot be read")
    return keys


def require_room(where, keys: list) -> None:
    """Raise TepalError ``release_keys`` if there is no room to keep them."""
    record = secrets.read(where)
    record[_NAME] = _encoded(keys)
    if len(json.dumps(record)) > _LARGEST:
        raise TepalError("release_keys", "there is no room for %d" % len(keys))


def write(where, keys: list) -> None:
    """Trust these keys from now on. Raises: OSError."""
    secrets.put(where, _NAME, _encoded(keys))


def _encoded(keys: list) -> list:
    return [binascii.b2a_base64(key).decode().strip() for key in keys]


def _decoded(text: str) -> bytes:
    """Return a key in base64, or in hex as a host may have left it."""
    if len(text) == 2 * _KEY_SIZE:
        return binascii.unhexlify(text)
    return binascii.a2b_base64(text)
