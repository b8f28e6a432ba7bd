"""Packets of ESP-NOW: at most 250 bytes, of which 16 prove who sent them.

    kind  counter  id  part  parts  payload        tag
    1     4        2   1     1      up to 225      16 bytes

The tag is the beginning of an HMAC-SHA256 over both hardware addresses and all before it.
"""

from collections import namedtuple

from micropython import const

HELLO = 1  # payload: nonce of the caller, name of who shall answer or nothing
WELCOME = 2  # payload: both nonces, name
REQUEST = 3
ANSWER = 4
STRANGER = 5  # "I have no session with you"; proves nothing

Packet = namedtuple("Packet", ("kind", "counter", "id", "part", "parts", "payload"))

_HEAD = const(9)
_TAG = const(16)
_PAYLOAD = const(225)
_MOST_PARTS = const(8)
MOST = const(1800)  # bytes in all parts


def head(packet: Packet) -> bytes:
    """Return all of a packet but its tag."""
    start = bytes([packet.kind]) + packet.counter.to_bytes(4, "big") + packet.id.to_bytes(2, "big")
    return start + bytes([packet.part, packet.parts]) + packet.payload


def read(frame: bytes):
    """Return (packet, bytes that the tag is made of, tag); None if it can be none of ours."""
    if not _HEAD + _TAG <= len(frame) <= 250:
        return None
    kind, part, parts = frame[0], frame[7], frame[8]
    if not (HELLO <= kind <= STRANGER and 0 < parts <= _MOST_PARTS and part < parts):
        return None
    signed, tag = bytes(frame[:-_TAG]), bytes(frame[-_TAG:])
    counter = int.from_bytes(signed[1:5], "big")
    number = int.from_bytes(signed[5:7], "big")
    return Packet(kind, counter, number, part, parts, signed[_HEAD:]), signed, tag


def cut(data: bytes) -> list[bytes]:
    """Return the payloads that carry ``data``; more than fits is left out."""
    data = data[:MOST]
    return [data[at : at + _PAYLOAD] for at in range(0, len(data), _PAYLOAD)] or [b""]


class Window:
    """Which counters have come: each is good once, and only while it is among the newest 32."""

    def __init__(self):
        self.highest = -1
        self.seen = 0  # bit n: highest - n has come

    def take(self, counter: int) -> bool:
        """Tell whether ``counter`` is new, and remember it."""
        ahead = counter - self.highest
        if ahead > 0:
            self.seen = (self.seen << min(ahead, 32) | 1) & 0xFFFFFFFF
            self.highest = counter
            return True
        bit = 1 << -ahead
        if ahead <= -32 or self.seen & bit:
            return False
        self.seen |= bit
        return True
