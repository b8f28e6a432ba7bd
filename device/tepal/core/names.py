"""From a host name to an address, without stopping the event loop as ``getaddrinfo`` does."""

import os

from micropython import const

from tepal.core import datagram
from tepal.formats import lookup
from tepal.formats.errors import TepalError

RARE = True
_PORT = const(53)
_MULTICAST = const(("224.0.0.251", 5353))  # who has a name that ends in .local listens there
_WAIT_MS = const(1000)
_TRIES = const(2)


async def resolve(name: str, servers: list) -> str:
    """Return the IPv4 address of ``name``, asking ``servers`` at once: addresses, or pairs with a port.

    A name that ends in ``.local`` is asked of the neighbours themselves.
    Raises: TepalError ``unreachable``.
    """
    if is_address(name):
        return name
    if name == "localhost":
        return "127.0.0.1"
    places = [server if isinstance(server, tuple) else (server, _PORT) for server in servers]
    is_local = name.endswith(".local")
    if is_local:
        places = [_MULTICAST]
    number = int.from_bytes(os.urandom(2), "big")
    question = lookup.question(name, number, 128 if is_local else 0)

    def found(answers: dict) -> str:
        for data in answers.values():
            address = lookup.address(data, number)
            if address:
                return address
        return ""

    for _ in range(_TRIES):
        address = found(await datagram.ask(question, places, _WAIT_MS, found))
        if address:
            return address
    raise TepalError("unreachable", name[:64] + ": no such host")


def is_address(text: str) -> bool:
    """Tell whether ``text`` is an IPv4 address."""
    parts = text.split(".")
    numbers = [int(part) for part in parts if part.isdigit() and len(part) <= 3]
    return len(parts) == len(numbers) == 4 and max(numbers) <= 255
