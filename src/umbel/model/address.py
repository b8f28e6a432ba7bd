"""Where a door of a node is."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

SHELL_PORT = 9008
_LARGEST_PORT = 65535
_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A host, by name or number, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str, port: int = SHELL_PORT) -> Address:
        """The address that ``text`` spells, ``host[:port]`` or ``[IPv6][:port]``.

        Raises:
            ValueError: it spells none.
        """
        if text.startswith("["):
            host, bracket, rest = text[1:].partition("]")
            if not bracket or rest[:1] not in ("", ":"):
                raise ValueError(f"{text!r}: host[:port] expected")
        elif text.count(":") > 1:
            host, rest = text, ""
        else:
            host, colon, number = text.partition(":")
            rest = colon + number
        return cls(_host(host), _port(rest[1:]) if rest else port)


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if _HOST_NAME.fullmatch(text):
            return text
        raise ValueError(f"{text!r}: a host name or an IP address expected") from None


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_PORT:
        return int(text)
    raise ValueError(f"{text!r}: a port from 1 to {_LARGEST_PORT} expected")
