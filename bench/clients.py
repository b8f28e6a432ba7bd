"""The quickest clients for what is measured: a request out, bytes in until the answer's known end."""

from __future__ import annotations

import socket
from collections.abc import Callable

from umbel.errors import UmbelError

HEARTBEAT = "/rest/system/heartbeat"
_BLOCK = 65536  # bytes


def exchange(connection: socket.socket, request: bytes, end: bytes) -> Callable[[], bytes]:
    """A function that asks once and returns the answer, which ends with ``end``."""

    def ask() -> bytes:
        connection.sendall(request)
        return read_until(connection, end)

    return ask


def read_until(connection: socket.socket, end: bytes) -> bytes:
    """What comes up to ``end``.

    Raises:
        UmbelError: the other side hangs up before.
    """
    answer = connection.recv(_BLOCK)
    while not answer.endswith(end):
        more = connection.recv(_BLOCK)
        if not more:
            raise UmbelError(f"closed after {answer[-200:]!r}")
        answer += more
    return answer


def get(path: str = HEARTBEAT) -> bytes:
    """A request as curl sends it."""
    lines = (f"GET {path} HTTP/1.1", "Host: node", "User-Agent: bench/1", "Accept: */*", "", "")
    return "\r\n".join(lines).encode()


def one_by_one(connect: Callable[[], socket.socket], request: bytes) -> Callable[[], bytes]:
    """A function that asks once, on a connection of its own, which the server closes."""

    def ask() -> bytes:
        with connect() as connection:
            connection.sendall(request)
            answer = b""
            while more := connection.recv(_BLOCK):
                answer += more
        return answer

    return ask
