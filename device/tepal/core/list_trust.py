"""Which lists of updates a node believes: those that somebody has signed whom it knows, or any."""

# Of the part mqtt, which a release can leave out.

from micropython import const

from tepal.core import secrets, storage
from tepal.formats.errors import TepalError

RARE = True
_RECORD = const("data/.lists")
_KEYS = const("release_keys")


def check(node, found, topic: str) -> None:
    """Believe a list, or refuse it; one of our own form is for its topic and never older.

    A list of a release or of apps needs no signature, as their manifests have one.
    Raises: TepalError ``release_unsigned``, ``release_signature``, ``release_sequence``,
    ``update_list``.
    """
    if found.to and found.to != topic:
        raise TepalError("update_list", "this one is for " + found.to)
    if _is_signed(node, found):
        if not found.to:
            raise TepalError(
                "update_list", "a signed list that says for which topic it is expected"
            )
        _remember(found, topic)
        return
    others = [item for item in found.items if item["type"] not in ("release", "app")]
    # Only looked at: to read a key takes more memory than anything else here.
    is_strict = secrets.get(node.vault, _KEYS) or node.config.get("update_strict") == "all"
    if others and is_strict:
        raise TepalError("release_unsigned", "a list that is signed expected")


def _is_signed(node, found) -> bool:
    """Tell whether somebody has signed whom we know. Raises: TepalError ``release_signature``."""
    if not found.signatures:
        return False
    known = _known(node) if secrets.get(node.vault, _KEYS) else {}
    for kind, name, value in found.signatures:
        if kind == "rsa" and name in known:
            if _is_made_by(known[name], found.digest, value):
                return True
            raise TepalError("release_signature", "that of %s is wrong" % name)
        if kind == "hmac" and name == node.id and not known:
            if _is_proved(node, found.digest, value):
                return True
            raise TepalError("release_signature", "that of this node's key is wrong")
    return False


def _known(node) -> dict:
    """Return the release keys by their ids."""
    from tepal.core import release_keys
    from tepal.formats.rsa import key_id

    return {key_id(key): key for key in release_keys.read(node.vault)}


def _is_made_by(key: bytes, digest: bytes, value: bytes) -> bool:
    from tepal.formats import rsa

    return rsa.is_signed(digest, value, key)


def _is_proved(node, digest: bytes, value: bytes) -> bool:
    """Tell whether who has made the list holds the node's key."""
    from tepal.core.release_trust import proof
    from tepal.formats.hmac import is_equal

    own = bytes.fromhex(secrets.get(node.vault, "key") or "")
    return len(own) > 0 and is_equal(value, proof(own, digest))


def _remember(found, topic: str) -> None:
    """Take no list that is older than the last one at this topic."""
    record = storage.newest(_RECORD)[0] or {}
    last = record.get(topic, [-1, ""])
    if found.sequence < last[0] or (found.sequence == last[0] and found.name != last[1]):
        raise TepalError("release_sequence", "%d is not newer than %d" % (found.sequence, last[0]))
    if last != [found.sequence, found.name]:
        record[topic] = [found.sequence, found.name]
        storage.make_folder("data")
        storage.write(_RECORD, record)
