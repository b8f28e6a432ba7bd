"""Discovery: one UDP question, one answer. Nothing is advertised unasked."""

import asyncio
import json
import socket

from micropython import const

_MAX_DATAGRAM = const(64)  # bytes
_QUESTION = const(b"tepal?")


def answer(node):
    """Return the function that answers: who the node is and where its doors are, no more."""
    get = node.config.get
    web = get("webport") if get("webui") else None
    about = {"tepal": node.version, "name": node.name, "id": node.id, "auth": node.auth.enabled}
    about.update({"shell": get("socport"), "web": web})
    known = json.dumps(about).encode()
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
            await _readable(sock)  # pyright: ignore[reportGeneralTypeIssues]
            try:
                question, sender = sock.recvfrom(size)
                answer = handle(question)
                if answer:
                    sock.sendto(answer, sender)
            except OSError:
                continue  # whoever asked is gone
    finally:
        sock.close()


async def _readable(sock):
    """Return when ``sock`` has something to read.

    MicroPython's event loop offers this only inside its streams; CPython has its own in sim/shim.
    """
    yield asyncio.core._io_queue.queue_read(sock)  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
