"""The list that an update over MQTT begins with.

The form of mpy-blox is a JSON array. Ours is an object that says for which topic it is and may be
signed. What is signed are the bytes themselves, so the signatures stand last:

    {"v":2,"to":"mpypi/channels/stable","seq":7,"items":[…],"sig":[["rsa","<id>","<hex>"]]}

An item is ``{"type":"wheel","name","version","pkg_sha256"}``, the same of type ``app``,
``{"type":"src","path","pkg_sha256"}`` or ``{"type":"release","version","release","pkg_sha256"}``.
``parts`` says in how many messages it comes, below its topic, where it is not one.
"""

# Of the part mqtt, which a release can leave out.

import binascii
import hashlib
import json

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
LARGEST = 8192  # bytes of a list
_MOST_PARTS = 64
_MOST = 64  # items
_MOST_SIGNATURES = 4
_PURPOSE = b"tepal-channel 1\n"  # the keys sign other things too, and those begin otherwise
_SIGNED = b',"sig":'


class UpdateList:
    """What a list says. ``name`` is what it is known by: the beginning of its SHA-256."""

    def __init__(self, payload: bytes):
        """Raises: TepalError ``update_list``."""
        self.to = ""
        self.sequence = -1
        self.signatures: list[
            tuple[str, str, bytes]
        ] = []  # (kind, id, bytes), as those of a manifest
        at = payload.rfind(_SIGNED) if payload[:1] == b"{" else -1
        signed = payload if at < 0 else payload[:at] + b"}"
        self.digest = hashlib.sha256(_PURPOSE + signed).digest()  # what is signed
        self.name = binascii.hexlify(self.digest[:8]).decode()
        found = _parse(signed)
        if isinstance(found, dict):
            found = self._take(found)
        if at >= 0:
            self._take_signatures(_parse(payload[at + len(_SIGNED) : -1]))
        if not isinstance(found, list) or len(found) > _MOST:
            raise _fault("at most %d items" % _MOST)
        self.items: list[dict[str, object]] = [_item(item) for item in found]

    def _take(self, found: dict):
        if found.get("v") != 2:
            raise _fault("version 2")
        self.to = _text(found, "to")
        self.sequence = found.get("seq")
        if type(self.sequence) is not int or not 0 <= self.sequence < 1 << 48:
            raise _fault("a sequence number")
        return found.get("items")

    def _take_signatures(self, found) -> None:
        if not isinstance(found, list) or len(found) > _MOST_SIGNATURES:
            raise _fault("at most %d signatures" % _MOST_SIGNATURES)
        for one in found:
            try:
                kind, name, value = one
                self.signatures.append((kind, name, binascii.unhexlify(value)))
            except (ValueError, TypeError):
                raise _fault("a kind, an id and hex as a signature")


def begin(to: str, sequence: int, items: list[dict[str, object]]) -> bytes:
    """Return what is to be signed of a list of our own form."""
    found = {"v": 2, "to": to, "seq": sequence, "items": items}
    return json.dumps(found, separators=(",", ":")).encode()


def digest(signed: bytes) -> bytes:
    """Return the SHA-256 that signatures are made of."""
    return hashlib.sha256(_PURPOSE + signed).digest()


def end(signed: bytes, signatures: list[tuple[str, str, bytes]]) -> bytes:
    """Return the list with its signatures, (kind, id, bytes) each."""
    found = [[kind, name, binascii.hexlify(value).decode()] for kind, name, value in signatures]
    return signed[:-1] + _SIGNED + json.dumps(found, separators=(",", ":")).encode() + b"}"


def _parse(data: bytes):
    data = data.strip()
    try:
        if data[-1:] in (b"]", b"}"):  # MicroPython's JSON does not miss a closing bracket
            return json.loads(data)
    except (ValueError, UnicodeError):
        pass
    raise _fault("JSON")


def _item(found) -> dict:
    """Return an item whose kind is known, or one without a kind. Raises: TepalError."""
    if not isinstance(found, dict):
        raise _fault("an object as an item")
    kind = _text(found, "type")
    if kind not in ("wheel", "src", "release", "app"):
        return {"type": "", "name": kind}
    item: dict = {"type": kind, "pkg_sha256": _text(found, "pkg_sha256").lower()}
    try:
        is_hash = len(binascii.unhexlify(item["pkg_sha256"])) == 32
    except ValueError:
        is_hash = False
    if not is_hash:
        raise _fault("pkg_sha256: 64 hex digits")
    for key in {"src": ("path",), "release": ("version",)}.get(kind, ("name", "version")):
        item[key] = _text(found, key)
    if kind == "release":
        item["release"] = found.get("release")
    if kind == "src" and not _is_topic(item["path"]):
        raise _fault("a path without +, #, \\ and ..")
    item["parts"] = parts = found.get("parts", 0)
    if type(parts) is not int or not 0 <= parts <= _MOST_PARTS:
        raise _fault("up to %d parts" % _MOST_PARTS)
    for key in ("force", "allow_downgrade"):
        item[key] = found.get(key) is True
    return item


def _is_topic(path: str) -> bool:
    for char in path:
        if char in "+#\\\0":
            return False
    names = path.split("/")
    if not names[0]:  # mpy-blox tolerates one at the beginning
        names.pop(0)
    return "" not in names and ".." not in names and len(names) > 0


def _text(found: dict, key: str) -> str:
    text = found.get(key)
    if not isinstance(text, str) or not 0 < len(text) <= 128:
        raise _fault(key + ": 1 to 128 characters")
    return text


def _fault(expected: str) -> TepalError:
    return TepalError("update_list", expected + " expected")
