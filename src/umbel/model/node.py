"""A node as this user knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from umbel.model.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What proves to a node who asks. Never shown, not even in a traceback."""

    key: bytes | None = field(default=None, repr=False)  # 32 bytes, the node has the same
    password: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return self.key is not None or self.password is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where a node is, and how we prove to it who asks."""

    name: str
    id: str = ""  # the chip's; empty as long as nobody has asked the node
    address: Address  # of the shell
    web_port: int | None = None  # None: it has no web door, or we do not know of one
    access: Access = Access()

    @property
    def url(self) -> str | None:
        """Where its own page is; None where there is none."""
        if self.web_port is None:
            return None
        return f"http://{Address(self.address.host, self.web_port)}"
