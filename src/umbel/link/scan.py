"""Finding nodes that answer no datagram: knocking at the shell of every host of a network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable

from umbel.gathering import gather
from umbel.link import found
from umbel.link.found import Found
from umbel.model import Address

_AT_ONCE = 256
_MOST_BYTES = 512  # prompt, greeting, prompt
_CONNECT_TIMEOUT = 0.7  # seconds; a radio that sleeps needs up to 0.3
_ANSWER_TIMEOUT = 1.5  # seconds

Report = Callable[[int], None]  # is told how many more addresses are done


def _ignore(count: int) -> None:
    """A report that nobody reads."""


async def knock(addresses: Iterable[Address], *, report: Report = _ignore) -> tuple[Found, ...]:
    """Whoever answers ``hello`` in a shell at ``addresses``."""

    async def one(address: Address) -> Found | None:
        answer = await _greet(address)
        report(1)
        return answer

    answers = await gather(one, addresses, at_once=_AT_ONCE)
    return tuple(answer for answer in answers if answer is not None)


async def _greet(address: Address) -> Found | None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await loop.sock_connect(sock, (address.host, address.port))
            async with asyncio.timeout(_ANSWER_TIMEOUT):
                return await _hello(sock, address)
        except OSError:  # refused, unreachable, too late
            return None


async def _hello(sock: socket.socket, address: Address) -> Found | None:
    """Read the prompt, then ask; the original shell takes what comes with it for nothing."""
    loop = asyncio.get_running_loop()
    text = ""
    while not (asked := found.prompt_name(text)):
        text += await _more(sock, len(text))
    await loop.sock_sendall(sock, b"hello\n")
    while not (answer := found.from_greeting(text, address)):
        text += await _more(sock, len(text))
    return answer if asked else None


async def _more(sock: socket.socket, read: int) -> str:
    if read >= _MOST_BYTES:
        raise ConnectionError("not a shell")
    data = await asyncio.get_running_loop().sock_recv(sock, _MOST_BYTES)
    if not data:
        raise ConnectionError("closed")
    return data.decode(errors="replace")
