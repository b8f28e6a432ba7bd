"""MQTT 3.1.1 and 5 as bytes: the begin and the end of a session, and subscriptions."""

# Of the part mqtt, which a release can leave out.

from micropython import const

from tepal.formats.errors import TepalError
from tepal.formats.mqtt import fault, number_bytes, pair, prefixed, text, varint

RARE = True
GOODBYE = const(b"\xe0\0")
_CLEAN = const(2)
_WILL = const(0x2C)  # retained, QoS 1
_PASSWORD = const(0x40)
_USER = const(0x80)
_KEPT_S = const(300)  # how long a broker keeps the session of a node that is away, in MQTT 5
_MOST_AT_ONCE = const(4)  # messages of QoS 1 that wait for our acknowledgement
_LARGEST = const(1 << 20)  # bytes of a packet
_LONGEST_PATTERN = const(256)  # bytes

# The properties that a broker may send us, and how many bytes their numbers have.
_TEXT = const(5)
_PAIR = const(6)
_KINDS = const(
    (
        (b"\x24\x25\x28\x29\x2a", 1),
        (b"\x13\x21\x22", 2),
        (b"\x11\x27", 4),
        (b"\x12\x1a\x1c\x1f", _TEXT),
        (b"\x26", _PAIR),
    )
)
_REFUSALS = {
    1: "the broker does not speak this version of MQTT",
    2: "the broker refuses our client id",
    3: "the broker is unavailable",
    4: "wrong mqtt_user or mqtt_pwd",
    5: "we are not authorized",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x84: "the broker does not speak this version of MQTT",
    0x85: "the broker refuses our client id",
    0x86: "wrong mqtt_user or mqtt_pwd",
    0x87: "we are not authorized",
    0x88: "the broker is unavailable",
    0x89: "the broker is busy",
    0x8A: "we are banned",
    0x8B: "the broker shuts down",
    0x8D: "the broker has not heard of us in time",
    0x8E: "another client has our id",
    0x8F: "the broker refuses a topic filter",
    0x90: "the broker refuses a topic",
    0x93: "too many messages at once",
    0x95: "a packet was too large",
    0x97: "a quota is exceeded",
    0x9A: "the broker does not retain messages",
    0x9B: "the broker knows QoS 0 only",
}


def connect(client, version: int, user: str, password: str, clean: bool) -> bytes:
    """Return the CONNECT of ``client``, which has ``id``, ``keep_alive`` and ``will``.

    In MQTT 5 the broker keeps the session for five minutes, in 3.1.1 it would be for ever.
    """
    flags = 0
    if clean or version != 5:
        flags |= _CLEAN
    payload = prefixed(client.id)
    if client.will:
        flags |= _WILL
        payload += (b"\0" if version == 5 else b"") + prefixed(client.will[0])
        payload += prefixed(client.will[1])
    if user:
        flags |= _USER
        payload += prefixed(user)
    if password and (user or version == 5):  # 3.1.1 has no password without a user
        flags |= _PASSWORD
        payload += prefixed(password)
    fields = bytes([version, flags]) + client.keep_alive.to_bytes(2, "big")
    if version == 5:
        fields += b"\x0f\x11" + _KEPT_S.to_bytes(4, "big")
        fields += b"\x21" + _MOST_AT_ONCE.to_bytes(2, "big")
        fields += b"\x27" + _LARGEST.to_bytes(4, "big") + b"\x17\0"
    return _packet(0x10, prefixed("MQTT") + fields + payload)


def connected(body: bytes, version: int) -> tuple:
    """Return (reason, properties) of a CONNACK; a reason other than 0 is a refusal."""
    if len(body) < 2:
        raise fault("CONNACK of at least 2 bytes")
    if body[0] & 0xFE:
        raise fault("CONNACK with known flags")
    if version != 5 or len(body) == 2:  # a broker that knows 3.1.1 only refuses so, too
        if len(body) > 2:
            raise fault("CONNACK of 2 bytes")
        return body[1], {}
    return body[1], properties(body, 2)


def subscribe(number: int, one, version: int) -> bytes:
    """Return the SUBSCRIBE for a subscription, which has ``pattern``, ``quality`` and ``stale``."""
    options = one.quality
    if version == 5:  # not what we send ourselves, and no old messages where none are wanted
        options |= 4 | (0 if one.stale else 0x20)
    body = number.to_bytes(2, "big") + (b"\0" if version == 5 else b"")
    return _packet(0x82, body + prefixed(one.pattern) + bytes([options]))


def check(pattern: str) -> None:
    """Refuse what one cannot subscribe to. Raises: TepalError ``arguments``."""
    levels = pattern.split("/")
    if levels[-1] == "#":
        levels.pop()
    wrong = [one for one in levels if "#" in one or ("+" in one and one != "+")]
    if wrong or not pattern or "\0" in pattern or len(pattern.encode()) > _LONGEST_PATTERN:
        raise TepalError("arguments", "a topic filter expected, not " + pattern[:32])


def unsubscribe(number: int, pattern: str, version: int) -> bytes:
    """Return the UNSUBSCRIBE for one pattern."""
    body = number.to_bytes(2, "big") + (b"\0" if version == 5 else b"")
    return _packet(0xA2, body + prefixed(pattern))


def subscribed(body: bytes, version: int) -> tuple:
    """Return (number, reasons) of a SUBACK; a reason from 128 on is a refusal."""
    start = 2
    if version == 5 and len(body) > 2:
        taken = varint(body, 2)
        start = taken[0] + taken[1] if taken else len(body)
    if len(body) <= start:
        raise fault("SUBACK with reasons")
    return pair(body, 0), list(body[start:])


def disconnected(body: bytes) -> str:
    """Return why the broker ends the session."""
    return reason(body[0]) if body else "the broker closes"


def reason(code: int) -> str:
    """Return what a reason code of the broker means."""
    return _REFUSALS.get(code) or "reason 0x%02x" % code


def properties(data: bytes, start: int) -> dict:
    """Return {identifier: number or text} of the properties that fill ``data`` from ``start``."""
    taken = varint(data, start)
    if taken is None or taken[0] != len(data) - taken[1]:
        raise fault("properties that fill the packet")
    at = taken[1]
    found = {}
    while at < len(data):
        key = data[at]
        kind = sum([kind for keys, kind in _KINDS if key in keys])
        if not kind or (key in found and kind != _PAIR):
            raise fault("known properties, each once")
        found[key], at = _property(data, at + 1, kind)
    return found


def _property(data: bytes, at: int, kind: int) -> tuple:
    """Return (value, where it ends)."""
    if kind == _TEXT:
        return _text(data, at)
    if kind == _PAIR:
        return _text(data, _text(data, at)[1])
    if at + kind > len(data):
        raise fault("a whole property")
    return int.from_bytes(data[at : at + kind], "big"), at + kind


def _text(data: bytes, at: int) -> tuple:
    end = at + 2 + (pair(data, at) if len(data) >= at + 2 else 0)
    if end > len(data):
        raise fault("a whole property")
    return text(data, at + 2, end - at - 2), end


def _packet(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + number_bytes(len(body)) + body
