"""The address of a host: a question for a name server as bytes, and what its answer says."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_HEAD = const(12)  # bytes
_ADDRESS = const(1)  # the type of a record that holds an IPv4 address
_POINTER = const(0xC0)
_LONGEST_LABEL = const(63)


def question(name: str, number: int, more: int = 0) -> bytes:
    """Return the question for the IPv4 address of ``name``; ``number`` tells the answer from others.

    ``more`` is 128 for multicast DNS: the answer is then sent to us alone.
    Raises: TepalError ``unreachable`` for what is no host name.
    """
    data = bytes([number >> 8, number & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    for label in name.strip(".").split("."):
        text = label.encode()
        if not 0 < len(text) <= _LONGEST_LABEL:
            raise TepalError("unreachable", name[:64] + ": no host name")
        data += bytes([len(text)]) + text
    return data + bytes([0, 0, _ADDRESS, more, 1])


def address(data: bytes, number: int) -> str:
    """Return the first IPv4 address in an answer; empty if it has none, or is none at all."""
    if len(data) < _HEAD or not data[2] & 128:
        return ""
    if _pair(data, 0) not in (number, 0):  # multicast answers have no number
        return ""
    try:
        position = _HEAD
        for _ in range(_pair(data, 4)):
            position = _after_name(data, position) + 4
        for _ in range(_pair(data, 6)):
            position = _after_name(data, position)
            size = _pair(data, position + 8)
            if _pair(data, position) == _ADDRESS and size == 4:
                found = data[position + 10 : position + 14]
                return ".".join([str(byte) for byte in found]) if len(found) == 4 else ""
            position += 10 + size
    except IndexError:  # it ends too early
        pass
    return ""


def _pair(data: bytes, position: int) -> int:
    return data[position] << 8 | data[position + 1]


def _after_name(data: bytes, position: int) -> int:
    """Return the position behind a name, which ends with an empty label or with a pointer."""
    while data[position]:
        if data[position] & _POINTER == _POINTER:
            return position + 2
        position += 1 + data[position]
    return position + 1
