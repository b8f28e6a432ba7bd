"""The client's end of a connection to another node: sends, and reads up to a mark."""

import asyncio

from micropython import const

from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_LONGEST = const(3072)  # bytes of an answer
_BLOCK = const(256)  # bytes


class Wire:
    """A connection to a node, which speaks first."""

    def __init__(self):
        self.stream: "Any" = None
        self.is_greeted = False  # the node has said something
        self.data = b""  # what has come and was not taken yet

    async def open(self, host: str, port: int) -> None:
        """Connect, and wait for the first words. Raises: OSError."""
        self.stream, _ = await asyncio.open_connection(host, port)
        await self.more()
        self.is_greeted = True

    async def close(self) -> None:
        """Close the connection, if it was opened."""
        if self.stream:
            self.stream.close()
            await self.stream.wait_closed()

    async def send(self, line: str) -> None:
        """Send text. Raises: OSError."""
        self.stream.write(line.encode())
        await self.stream.drain()

    async def until(self, mark: bytes) -> bytes:
        """Return what comes before ``mark``, and pass over it.

        Raises: OSError (closed before), TepalError ``too_large``.
        """
        while mark not in self.data:
            await self.more()
        taken, _, self.data = self.data.partition(mark)
        return taken

    async def more(self) -> None:
        """Wait for more bytes. Raises: see ``until``."""
        if len(self.data) > _LONGEST:
            raise TepalError("too_large", "the answer is longer than %d bytes" % _LONGEST)
        part = await self.stream.read(_BLOCK)
        if not part:
            raise OSError("closed")
        self.data += part
