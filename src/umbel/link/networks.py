"""Which addresses to search: those of a network that was named, or the networks around us."""

from __future__ import annotations

import ipaddress
import socket
import struct
from pathlib import Path

from umbel.errors import UmbelError

_MOST_HOSTS = 4096
_ROUTES = Path("/proc/net/route")
_EVERYBODY = "255.255.255.255"


def hosts(network: str) -> tuple[str, ...]:
    """Every host of ``network``: ``192.168.1.0/24``, or one address.

    Raises:
        UmbelError: it is no network, or too large to be asked host by host.
    """
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError:
        raise UmbelError(
            f"{network!r} is no network", remedy="write it as 192.168.1.0/24, or as one address"
        ) from None
    if parsed.num_addresses > _MOST_HOSTS:
        raise UmbelError(
            f"{network} has {parsed.num_addresses} addresses, at most {_MOST_HOSTS} are searched",
            remedy=f"search a part of it: {parsed.network_address}/{parsed.max_prefixlen - 12}",
        )
    return tuple(str(host) for host in parsed.hosts())


def broadcasts() -> tuple[str, ...]:
    """The addresses at which all hosts of the networks around us listen."""
    try:
        table = _ROUTES.read_text()
    except OSError:  # not Linux
        table = ""
    return (_EVERYBODY, *sorted(of_routes(table)))


def of_routes(table: str) -> set[str]:
    """The broadcast addresses of the networks in a routing table as Linux prints it."""
    found: set[str] = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        try:
            destination, gateway, mask = (_number(fields[column]) for column in (1, 2, 7))
        except (IndexError, ValueError, struct.error):
            continue
        if destination and not gateway and mask not in (0, 0xFFFFFFFF):
            found.add(str(ipaddress.IPv4Address(destination | ~mask & 0xFFFFFFFF)))
    return found


def _number(field: str) -> int:
    """A field of the table, which holds the bytes of an address in the order of this machine."""
    return socket.ntohl(struct.unpack("=I", struct.pack("=I", int(field, 16)))[0])
