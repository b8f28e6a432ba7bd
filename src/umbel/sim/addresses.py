"""Where simulated nodes listen: one address of this machine each, with the ports of a board."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Container, Iterable
from itertools import islice

from umbel.errors import SimulationError

_NEARBY = 64  # addresses that are looked at
_LAST_HOST = 254  # .255 is for broadcasts, .0 for the network


def from_first(first: str, count: int) -> tuple[str, ...]:
    """So many loopback addresses in a row, the first one being ``first``.

    Raises:
        SimulationError: ``first`` is no such address, or there are not so many behind it.
    """
    try:
        start = ipaddress.IPv4Address(first)
    except ValueError:
        raise SimulationError(
            f"{first!r} is no address", remedy="choose one from 127.0.1.1 to 127.255.255.254"
        ) from None
    if not start.is_loopback:
        raise SimulationError(
            f"{first} is not an address of this machine alone", remedy="choose one in 127.0.0.0/8"
        )
    end = int(ipaddress.IPv4Address("127.255.255.255"))
    usable = (number for number in range(int(start), end) if 0 < number & 255 <= _LAST_HOST)
    found = tuple(str(ipaddress.IPv4Address(number)) for number in islice(usable, count))
    if len(found) < count:
        raise SimulationError(
            f"there are only {len(found)} addresses from {first} on", remedy="--first 127.0.1.1"
        )
    return found


def free(first: str, ports: Iterable[int], taken: Container[str] = ()) -> str:
    """The first address from ``first`` on where nobody listens at ``ports``.

    Raises:
        SimulationError: there is none nearby.
    """
    wanted = tuple(ports)
    for host in from_first(first, _NEARBY):
        if host in taken:
            continue
        try:
            refuse_taken((host, port) for port in wanted)
        except SimulationError:
            continue
        return host
    raise SimulationError(f"no address near {first} is free", remedy="--first 127.0.99.1")


def refuse_taken(places: Iterable[tuple[str, int]]) -> None:
    """Make sure that nobody listens at ``places``.

    Raises:
        SimulationError: somebody does, or may not.
    """
    for host, port in places:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((host, port))
            except OSError as exc:
                raise SimulationError(
                    f"port {port} at {host} cannot be opened: {exc.strerror}",
                    remedy="end the other program, or choose another address: --first 127.0.99.1",
                ) from exc
