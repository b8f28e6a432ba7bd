"""Discovery: one UDP question, one answer. Nothing is advertised unasked."""

import json
import socket

from micropython import const

from tepal.core import waiting

_MAX_DATAGRAM = const(64)  # bytes
_QUESTION = const(b"tepal?")


def answer(node) -> bytes:
    """Return what a stranger may know: who the node is and where its doors are."""
    get = node.config.get
    web = get("webport") if get("webui") else None
    about = {"tepal": node.version, "name": node.name, "id": node.id, "auth": node.auth.enabled}
    about.update({"shell": get("socport"), "web": web})
    return json.dumps(about).encode()


async def serve(address: tuple, answer: bytes) -> None:
    """Answer each ``tepal?``; never returns. Raises: OSError (the port is taken)."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(socket.getaddrinfo(*address)[0][-1])
        sock.setblocking(False)
        while True:
            await waiting.readable(sock)  # pyright: ignore[reportGeneralTypeIssues]
            try:
                question, sender = sock.recvfrom(_MAX_DATAGRAM)
                if question.strip() == _QUESTION:
                    sock.sendto(answer, sender)
            except OSError:
                continue  # whoever asked is gone
    finally:
        sock.close()
