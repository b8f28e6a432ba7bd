"""Which releases a node believes: hashes alone, its own key, or the keys of those who publish."""

from micropython import const

from tepal.formats import rsa
from tepal.formats.errors import TepalError
from tepal.formats.hmac import hmac_sha256, is_equal
from tepal.formats.rsa import MAX_KEYS, key_id

RARE = True
HASHES = 0  # nothing but the hashes of its files, which protect from accidents alone
NODE_KEY = 1  # made for this node by somebody who holds its key
PUBLISHER = 2  # signed with a release key
# A node's key signs requests too, and those begin otherwise.
_PURPOSE = const(b"tepal-release 1\n")


class Said:
    """What a manifest has said, without the code that reads one."""

    def __init__(self, head, keys, retired, signatures, digest):
        self.head = head
        self.keys = keys
        self.retired = retired
        self.signatures = signatures
        self.digest = digest

    def end(self) -> None:
        """Its reader has seen that it was whole."""


class Trust:
    """What a node knows when a release comes.

    ``keys`` are moduli of release keys; ``node_key`` is its own, and ``id`` its name; ``sequence``
    is that of the release it runs. ``is_strict`` wants a signature even without a release key.
    """

    def __init__(self, keys: list, node_key: bytes, id: str, sequence: int, is_strict: bool):
        self.keys = keys
        self.node_key = node_key
        self.id = id
        self.sequence = sequence
        self.is_strict = is_strict


def check(manifest, trust: Trust) -> int:
    """Return why a manifest is believed: HASHES, NODE_KEY or PUBLISHER.

    Raises: TepalError ``release_unsigned``, ``release_signature``, ``release_sequence``, or
    ``manifest`` if it was not read to its end.
    """
    found = level(manifest, trust)
    offered = manifest.head["sequence"]
    # An older release may say, and it is signed with it, up to which newer one it may replace.
    if trust.sequence > max(offered, manifest.head.get("downgrade", 0)):
        raise TepalError(
            "release_sequence", "%d is older than %d, which is here" % (offered, trust.sequence)
        )
    return found


def keys_after(manifest, keys: list, level: int) -> list:
    """Return the release keys to trust once this release runs; only publishers change them.

    Raises: TepalError ``release_keys`` if none or too many were left.
    """
    if level != PUBLISHER:
        return keys
    left = [key for key in keys if key_id(key) not in manifest.retired]
    left += [key for key in manifest.keys if key not in left]
    if not 0 < len(left) <= MAX_KEYS:
        raise TepalError("release_keys", "1 to %d keys must be left" % MAX_KEYS)
    for key in manifest.keys:
        if not rsa.is_modulus(key):
            raise TepalError("release_keys", key_id(key) + " is no RSA key")
    return left


def proof(node_key: bytes, digest: bytes) -> bytes:
    """Return what shows that a holder of the node's key vouches for a manifest."""
    return hmac_sha256(node_key, _PURPOSE + digest)


def level(manifest, trust: Trust) -> int:
    """Return who vouches for a manifest, of an app too. Raises: TepalError, as ``check`` does."""
    manifest.end()
    if trust.keys:
        return _publisher(manifest, trust)
    for kind, name, signature in manifest.signatures:
        if kind == "hmac" and name == trust.id:
            if is_equal(signature, proof(trust.node_key, manifest.digest)):
                return NODE_KEY
            raise TepalError("release_signature", "that of this node's key is wrong")
    if trust.is_strict:
        raise TepalError("release_unsigned", "a signature with this node's key expected")
    return HASHES


def _publisher(manifest, trust: Trust) -> int:
    """One good signature is enough: during a change of keys a release has two."""
    known = {key_id(key): key for key in trust.keys}
    is_known = False
    for kind, name, signature in manifest.signatures:
        if kind == "rsa" and name in known:
            is_known = True
            if rsa.is_signed(manifest.digest, signature, known[name]):
                return PUBLISHER
    if is_known:
        raise TepalError("release_signature", "no signature of a known key is right")
    raise TepalError("release_unsigned", "a signature by %s expected" % " or ".join(known))
