"""Datagrams: waiting for one, and asking several hosts one question."""

import asyncio
import socket
import time

from micropython import const

from tepal.core import waiting

RARE = True
_MAX_ANSWER = const(512)  # bytes
_SO_BROADCAST = const(32)  # not every port has a name for it


async def ask(question: bytes, places: list, wait_ms: int, is_enough) -> dict:
    """Return {host: answer} of whoever answers at ``places``, (host, port) pairs, within the time.

    Ends early when ``is_enough(answers)`` says so. A place that cannot be reached is no answer.
    """
    answers = {}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        broadcast = getattr(socket, "SO_BROADCAST", _SO_BROADCAST)
        sock.setsockopt(socket.SOL_SOCKET, broadcast, 1)
        for host, port in places:
            send(sock, question, host, port)
        end = time.ticks_add(time.ticks_ms(), wait_ms)
        while not is_enough(answers):
            left_ms = time.ticks_diff(end, time.ticks_ms())
            if left_ms <= 0 or not await _arrives(sock, left_ms):
                break
            data, sender = sock.recvfrom(_MAX_ANSWER)
            answers[host_of(sender)] = data
    except OSError:
        pass  # what has come until now is what there is
    finally:
        sock.close()
    return answers


def send(sock, data: bytes, host: str, port: int) -> None:
    """Send one datagram; one that finds no way is lost, as others are in the air."""
    try:
        sock.sendto(data, socket.getaddrinfo(host, port)[0][-1])
    except OSError:
        pass


def host_of(sender) -> str:
    """Return the address in what ``recvfrom`` tells of a sender; the unix port tells it in bytes."""
    if isinstance(sender, tuple):
        return sender[0]
    return ".".join([str(byte) for byte in sender[4:8]])


async def _arrives(sock, wait_ms: int) -> bool:
    try:
        await asyncio.wait_for_ms(waiting.readable(sock), wait_ms)  # pyright: ignore[reportArgumentType]
    except asyncio.TimeoutError:
        return False
    return True
