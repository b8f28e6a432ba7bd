"""One question and its answer over UDP."""

import asyncio
import socket

from micropython import const

RARE = True
_LOOK_MS = const(10)
_MAX_DATAGRAM = const(512)  # bytes


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
