"""Finding nodes: one UDP question, many answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress

from umbel.link import found
from umbel.link.found import Found
from umbel.model import Address

_ROUNDS = 3  # the question is repeated: datagrams get lost
_BURST = 64  # questions between two pauses; a radio drops what comes faster
_PAUSE = 0.01  # seconds
_MOST_ANSWERS = 4096


async def ask(addresses: Iterable[Address], *, wait: float = 1.0) -> tuple[Found, ...]:
    """Whoever answers the question at ``addresses`` within ``wait`` seconds.

    An address may be one of a network's broadcast addresses. Ends early when every address that
    was asked has answered.
    """
    asked = list(dict.fromkeys(addresses))
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(_Inbox, sock=_socket())
    inbox.unanswered.update(asked)
    try:
        for _ in range(_ROUNDS):
            await _send(transport, asked, inbox)
            await inbox.wait_for_all(wait / _ROUNDS)
    finally:
        transport.close()
    return tuple(inbox.found.values())


async def _send(
    transport: asyncio.DatagramTransport, addresses: list[Address], inbox: _Inbox
) -> None:
    for number, address in enumerate(addresses):
        if address in inbox.unanswered:
            transport.sendto(found.QUESTION, (address.host, address.port))
        if number % _BURST == _BURST - 1:
            await asyncio.sleep(_PAUSE)


class _Inbox(asyncio.DatagramProtocol):
    """Collects answers, one for each node."""

    def __init__(self) -> None:
        self.found: dict[Address, Found] = {}
        self.unanswered: set[Address] = set()
        self.complete = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        one = found.from_datagram(data, addr[0])
        if one is None or len(self.found) >= _MOST_ANSWERS:
            return
        self.found[one.address] = one
        self.unanswered.discard(Address(addr[0], addr[1]))
        if not self.unanswered:
            self.complete.set()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there, or there is no way there: that is no answer."""

    async def wait_for_all(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.complete.wait()


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setblocking(False)
    return sock
