"""Waiting for a socket. Not RARE: the doors wait here."""

import asyncio


async def readable(sock):
    """Return when ``sock`` has something to read.

    MicroPython's event loop offers this only inside its streams; CPython has its own in sim/shim.
    """
    yield asyncio.core._io_queue.queue_read(sock)  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
