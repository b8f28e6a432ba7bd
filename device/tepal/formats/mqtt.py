"""MQTT 3.1.1 and 5 as bytes: what goes to and fro while a node is connected to its broker.

How a session begins and what its subscriptions look like is in ``mqtt_session``.
"""

# Of the part mqtt, which a release can leave out.

from collections import namedtuple

from micropython import const

from tepal.formats.errors import TepalError

PING = const(b"\xc0\0")

_PUBLISH = const(3)
_ANSWERS = const((2, 4, 9, 11, 13, 14))  # what else a broker sends: CONNACK, PUBACK, SUBACK …
_MAX_ANSWER = const(1024)  # bytes
_MAX_TOPIC = const(256)  # bytes
_MAX_SIZE = const(0xFFFFFFF)

# The begin of a packet. used: its bytes; size: those that follow it. A PUBLISH has a topic, a number
# unless its QoS is 0, and bytes to skip before the payload, which size counts too. Where the topic is
# longer than any of ours it is None and skip is its length; all that follows is then in size.
Head = namedtuple("Head", ("kind", "flags", "used", "size", "topic", "number", "skip"))


def head(data: bytes, version: int):
    """Return the Head that ``data`` begins with; None if more of it is needed.

    Raises: TepalError ``protocol``, with what was expected.
    """
    taken = varint(data, 1)
    if taken is None:
        return None
    size, used = taken
    kind, flags = data[0] >> 4, data[0] & 15
    if kind == _PUBLISH:
        return _publish(data, version, flags, used, size)
    if kind not in _ANSWERS or flags:
        raise fault("a packet that a broker sends")
    if size > _MAX_ANSWER:
        raise fault("a shorter packet")
    return Head(kind, 0, used, size, None, 0, 0)


def _publish(data: bytes, version: int, flags: int, used: int, size: int):
    """Return the Head of a PUBLISH; None if more of it is needed."""
    if flags & 4 or size < 2:
        raise fault("a topic, and QoS 0 or 1")
    if len(data) < used + 2:
        return None
    length = pair(data, used)
    numbered = 2 if flags & 2 else 0
    if length + 2 + numbered > size:
        raise fault("a topic within its packet")
    if length > _MAX_TOPIC:
        return Head(_PUBLISH, flags, used + 2, size - 2, None, 0, length)
    if len(data) < used + 2 + length + numbered:
        return None
    topic = text(data, used + 2, length)
    if not is_topic(topic):
        raise fault("a topic without wildcards")
    end = used + size
    used += 2 + length + numbered
    number = pair(data, used - 2) if numbered else 0
    if numbered and not number:
        raise fault("a packet number")
    taken = varint(data[:end], used) if version == 5 else (0, used)
    if taken is None and len(data) < end:
        return None
    if taken is None or sum(taken) > end:
        raise fault("properties within their packet")
    return Head(_PUBLISH, flags, taken[1], end - taken[1], topic, number, taken[0])


def publish(topic: str, size: int, quality: int, retain: bool, number: int, version: int) -> bytes:
    """Return the begin of a PUBLISH; ``size`` bytes of payload must follow.

    Raises: TepalError ``arguments`` (the topic), ``too_large``.
    """
    check(topic)
    name = topic.encode()
    more = number.to_bytes(2, "big") if quality else b""
    if version == 5:
        more += b"\0"  # no properties
    size += len(name) + 2 + len(more)
    return bytes([0x30 | quality << 1 | retain]) + number_bytes(size) + prefixed(name) + more


def acknowledgement(number: int) -> bytes:
    """Return the PUBACK for a message."""
    return b"@\x02" + number.to_bytes(2, "big")


def acknowledged(body: bytes, version: int) -> tuple:
    """Return (number, reason) of a PUBACK; a reason from 128 on is a refusal."""
    if len(body) < 2 or (version != 5 and len(body) > 2):
        raise fault("PUBACK with a number")
    return pair(body, 0), body[2] if len(body) > 2 else 0


def check(topic: str) -> None:
    """Refuse what one cannot publish to. Raises: TepalError ``arguments``."""
    if not is_topic(topic) or len(topic.encode()) > _MAX_TOPIC:
        raise TepalError("arguments", "a topic of 1 to 256 bytes without + and # expected")


def is_topic(topic: str) -> bool:
    """Tell whether one can publish to ``topic``."""
    return bool(topic) and "+" not in topic and "#" not in topic and "\0" not in topic


def matches(pattern: str, topic: str) -> bool:
    """Tell whether ``topic`` is among those that ``pattern`` subscribes to."""
    if pattern == topic:
        return True
    wanted, given = pattern.split("/"), topic.split("/")
    if topic[:1] == "$" and wanted[0] in "+#":
        return False
    if wanted[-1] == "#":
        wanted.pop()
        given = given[: len(wanted)]
    if len(wanted) != len(given):
        return False
    return False not in [one in ("+", other) for one, other in zip(wanted, given)]


def varint(data: bytes, start: int):
    """Return (number, where it ends) of a number of 1 to 4 bytes; None if more of it is needed."""
    number = shift = 0
    for index in range(start, min(start + 4, len(data))):
        byte = data[index]
        number |= (byte & 127) << shift
        if byte < 128:
            return number, index + 1
        shift += 7
    if shift == 28:
        raise fault("a number of at most 4 bytes")
    return None


def number_bytes(number: int) -> bytes:
    """Return the 1 to 4 bytes of a number. Raises: TepalError ``too_large``."""
    if number > _MAX_SIZE:
        raise TepalError("too_large", "less than 256 MB expected")
    data = b""
    while number > 127:
        data += bytes([number & 127 | 128])
        number >>= 7
    return data + bytes([number])


def prefixed(data) -> bytes:
    """Return text or bytes with their length in front. Raises: TepalError ``too_large``."""
    if isinstance(data, str):
        data = data.encode()
    if len(data) > 0xFFFF:
        raise TepalError("too_large", "at most 65535 bytes expected")
    return len(data).to_bytes(2, "big") + data


def pair(data: bytes, at: int) -> int:
    """Return the number in the two bytes at ``at``."""
    return data[at] << 8 | data[at + 1]


def text(data: bytes, at: int, length: int) -> str:
    """Return a part of ``data`` as text."""
    try:
        return data[at : at + length].decode()
    except UnicodeError:
        raise fault("UTF-8")


def fault(expected: str) -> TepalError:
    """Return the error to raise where ``expected`` was expected."""
    return TepalError("protocol", "MQTT: " + expected + " expected")
