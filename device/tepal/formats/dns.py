"""DNS for a network that is ours alone: every name is found at one address. Pure."""

from micropython import const

RARE = True
LONGEST = const(512)  # bytes of a question
_HEAD = const(12)
_LONGEST_NAME = const(255)
_TTL = const(b"\0\0\0\x05")  # seconds: outside our network the names mean something else
_ADDRESS = const(b"\0\x01")
_ANY = const(b"\0\xff")
_INTERNET = const(b"\0\x01")


def answerer(address: str):
    """Return the function that answers with ``address``, as a UDP service wants it.

    It is made here because a function keeps all that its file has imported.
    """
    four = bytes([int(part) for part in address.split(".")])
    return lambda query: answer(query, four)


def answer(query: bytes, address: bytes):
    """Return the answer to ``query``: the four bytes ``address``; None where there is none to give.

    Who asks for something else than an address of four bytes hears that there is nothing.
    """
    if not _HEAD < len(query) <= LONGEST or query[4:6] != b"\0\x01":
        return None  # exactly one question, as everybody sends
    if query[2] & 0xF8:
        return None  # an answer, or no plain question
    end = _end_of_name(query)
    if not end or len(query) < end + 4:
        return None
    wanted, family = query[end : end + 2], query[end + 2 : end + 4]
    found = wanted in (_ADDRESS, _ANY) and family == _INTERNET
    head = query[:2] + bytes((0x84 | query[2] & 1, 0x80, 0, 1, 0, found, 0, 0, 0, 0))
    reply = head + query[_HEAD : end + 4]
    if found:
        reply += b"\xc0\x0c" + _ADDRESS + _INTERNET + _TTL + b"\0\x04" + address
    return reply


def _end_of_name(query: bytes) -> int:
    """Return where the name of the question ends; 0 if it does not."""
    end = _HEAD
    while end < len(query) and end - _HEAD < _LONGEST_NAME:
        size = query[end]
        if not size:
            return end + 1
        if size > 63:
            return 0  # a pointer: the first name has nothing to point at
        end += size + 1
    return 0
