"""Questions over UDP that do not stop the node, as the firmware's own way to resolve a name does."""

import asyncio
import os
import socket

from micropython import const

RARE = True
_LOOK_MS = const(10)
_MAX_DATAGRAM = const(512)  # bytes
_PORT = const(53)
_TIMEOUT_MS = const(2000)
_TRIES = const(2)
_HEADER = const(12)  # bytes
_MAX_RECORDS = const(16)
_MAX_LABEL = const(63)


async def exchange(host: str, port: int, question: bytes, check, timeout_ms: int):
    """Return what ``check`` makes of an answer; it returns None for what is none.

    ``host`` is an address in digits. Raises: OSError (no network, or no answer in time).
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.connect(socket.getaddrinfo(host, port)[0][-1])  # others cannot answer then
        sock.send(question)
        for _ in range(timeout_ms // _LOOK_MS):
            await asyncio.sleep_ms(_LOOK_MS)
            try:
                found = check(sock.recv(_MAX_DATAGRAM))
            except OSError:
                continue  # nothing yet, or nobody listens there yet
            if found is not None:
                return found
    finally:
        sock.close()
    raise OSError("no answer from " + host)


async def resolve(host: str, server: str, port: int = _PORT) -> str:
    """Return the IPv4 address of ``host`` in digits (RFC 1035); ``server`` is whom to ask.

    Raises: OSError (no answer, or there is no such name).
    """
    if is_address(host):
        return host
    number = os.urandom(2)
    found = ""
    for _ in range(_TRIES):
        try:
            found = await exchange(
                server, port, _question(host, number), lambda a: read(a, number), _TIMEOUT_MS
            )
            break
        except OSError:
            continue
    if not found:
        raise OSError("no address for " + host)
    return found


def is_address(host: str) -> bool:
    """Tell whether ``host`` is an address in digits."""
    parts = host.split(".")
    return len(parts) == 4 and not [p for p in parts if not p.isdigit() or int(p) > 255]


def _question(host: str, number: bytes) -> bytes:
    """Return a question for the A record, with the wish to recurse."""
    name = b""
    for label in host.strip(".").split("."):
        name += bytes([min(len(label), _MAX_LABEL)]) + label.encode()[:_MAX_LABEL]
    return number + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + b"\0\0\x01\0\x01"


def read(answer: bytes, number: bytes):
    """Return the first address in an answer, nothing if there is none, None if it is not ours."""
    if len(answer) < _HEADER or answer[:2] != number or not answer[2] & 0x80:
        return None
    records = min(answer[6] << 8 | answer[7], _MAX_RECORDS)
    try:
        at = _behind_name(answer, _HEADER) + 4
        for _ in range(records):
            at = _behind_name(answer, at)
            kind, size = answer[at] << 8 | answer[at + 1], answer[at + 8] << 8 | answer[at + 9]
            at += 10 + size
            if kind == 1 and size == 4 and at <= len(answer):
                return "%d.%d.%d.%d" % tuple(answer[at - 4 : at])
    except IndexError:
        pass
    return ""


def _behind_name(answer: bytes, at: int) -> int:
    while answer[at]:
        if answer[at] >= 0xC0:  # the rest of the name stands elsewhere
            return at + 2
        at += answer[at] + 1
    return at + 1
