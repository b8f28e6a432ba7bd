"""Discovery: one UDP question, one answer. Nothing is advertised unasked."""

import socket

from micropython import const

from tepal.core import waiting

_MAX_DATAGRAM = const(64)  # bytes
_QUESTION = const(b"tepal?")


def answering(known: bytes):
    """Return the function that answers ``known``."""
    return lambda line: known if line.strip() == _QUESTION else None


async def serve(address: tuple, handle, size: int = _MAX_DATAGRAM) -> None:
    """Send what ``handle(datagram)`` returns, if that is anything; never returns.

    ``size`` bounds a datagram. Raises: OSError (the port is taken).
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(socket.getaddrinfo(*address)[0][-1])
        sock.setblocking(False)
        while True:
            await waiting.readable(sock)  # pyright: ignore[reportGeneralTypeIssues]
            try:
                question, sender = sock.recvfrom(size)
                answer = handle(question)
                if answer:
                    sock.sendto(answer, sender)
            except (OSError, MemoryError):
                continue  # whoever asked is gone, or has to ask again
    finally:
        sock.close()
