"""Lists of our own form, which say for which topic they are, and who vouches for them."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence

from tepal.formats import update_list
from tepal.formats.rsa import is_signed
from umbel.errors import UmbelError
from umbel.ota.packages import Package
from umbel.release import PublicKey
from umbel.release.signing import Signer

_CHANNEL = b"tepal-channel 1\n"  # as in tepal.formats.update_list
_PROOF = b"tepal-release 1\n"  # as in tepal.core.release_trust


def begin(topic: str, packages: Sequence[Package]) -> bytes:
    """What is to be signed of a list for ``topic``; each is newer than all before."""
    now = time.time_ns() // 1_000_000
    return update_list.begin(topic, now, [package.item for package in packages])


def by_publisher(signed: bytes, key: PublicKey, signer: Signer) -> bytes:
    """The list with the signature of a release key.

    Raises:
        UmbelError: ``signer`` has another key.
    """
    made = signer(_CHANNEL + signed)
    if not is_signed(update_list.digest(signed), made, key.modulus):
        raise UmbelError(f"this is no signature by {key.name}: another key has made it, or none")
    return _ended(signed, ("rsa", key.id, made))


def by_node_key(signed: bytes, node_id: str, node_key: bytes) -> bytes:
    """The list with the proof that we hold the key of the node it is for."""
    digest = _PROOF + update_list.digest(signed)
    return _ended(signed, ("hmac", node_id, hmac.digest(node_key, digest, hashlib.sha256)))


def _ended(signed: bytes, signature: tuple[str, str, bytes]) -> bytes:
    payload = update_list.end(signed, [signature])
    if len(payload) > update_list.LARGEST:
        raise UmbelError(
            f"the list has {len(payload):,} bytes, nodes take {update_list.LARGEST:,}"
        )
    return payload
