"""TCP doors: how many may come in, how long they may be silent, how much they may send."""

import asyncio
import socket
import time

from micropython import const

from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_TCP = const(6)


class Connection:
    """One client: reads lines and blocks through one buffer, writes at once.

    ``free``, which the boot puts here, makes room before a request.
    """

    free: "Any"  # takes nothing

    def __init__(self, stream, size: int):
        self.stream = stream
        self.address = stream.get_extra_info("peername")[0]  # a number on the unix port
        self.buffer = bytearray(size)  # bounds a line, or the head of a request
        self.view = memoryview(self.buffer)
        self.start = 0  # what has arrived and was not taken yet is buffer[start:end]
        self.end = 0
        self.trusted = False  # has logged in, so it may be silent longer
        self.task = asyncio.current_task()
        self.waiting_since = None  # ticks_ms since when we wait for the client, None: it for us

    async def fill(self) -> int:
        """Wait for more bytes and return how many came; 0 when the client has closed.

        Raises: TepalError ``too_large`` when the buffer is full.
        """
        if self.start == self.end:
            self.start = self.end = 0
        elif self.start:
            rest = bytes(self.view[self.start : self.end])
            self.view[: len(rest)] = rest
            self.start, self.end = 0, len(rest)
        if self.end == len(self.buffer):
            raise TepalError("too_large", "at most %d bytes expected" % self.end)
        self.waiting_since = time.ticks_ms()
        count = await self.stream.readinto(self.view[self.end :])
        self.waiting_since = None
        self.free()
        self.end += count or 0
        return count

    def take(self, separator: bytes):
        """Return the bytes before the next ``separator`` and pass over it; None if it has not come."""
        found = self.buffer.find(separator, self.start, self.end)
        if found < 0:
            return None
        taken = bytes(self.view[self.start : found])
        self.start = found + len(separator)
        return taken

    async def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, at least one; none when the client has closed."""
        if self.start == self.end and await self.fill() == 0:
            return b""
        taken = bytes(self.view[self.start : min(self.end, self.start + size)])
        self.start += len(taken)
        return taken

    def put(self, data) -> bool:
        """Send text or bytes; where it tells False, some is still to be sent by ``drain``."""
        self.stream.write(data if isinstance(data, bytes) else data.encode())
        return not self.stream.out_buf

    async def drain(self) -> None:
        """Return when all is sent; a client that reads too slowly is disconnected meanwhile."""
        before = self.waiting_since  # another task may be reading at the same time
        self.waiting_since = time.ticks_ms()
        await self.stream.drain()
        self.waiting_since = before

    async def write(self, data) -> None:
        """Send text or bytes."""
        if not self.put(data):
            await self.drain()

    def idle_ms(self) -> int:
        """Return how long the client has let us wait; -1 if it waits for us."""
        if self.waiting_since is None:
            return -1
        return time.ticks_diff(time.ticks_ms(), self.waiting_since)


class Door:
    """A listening port with room for ``limit`` clients; see ``doors``.

    ``service`` has ``serve(node, connection)`` and ``BUFFER``, the bytes that a client may send in
    one piece; ``crowd`` says what a client reads for which there is no place. A client that lets us wait
    longer than ``patience_ms`` is disconnected; one that has logged in and sits between two
    requests may do so ``trusted_ms``, but makes room for a newcomer after ``yield_ms``.
    """

    def __init__(self, name: str, service, node, limit: int):
        self.name = name
        self.service = service
        self.node = node
        self.limit = limit
        self.connections = []
        self.patience_ms = 30000
        self.trusted_ms = 30000
        self.yield_ms = 1000
        self.server = None
        self.newcomers = 0

    def reap(self) -> None:
        """Disconnect who is silent for too long; called about once a second."""
        for connection in self.connections:
            idle = connection.trusted and connection.start == connection.end
            if connection.idle_ms() > (self.trusted_ms if idle else self.patience_ms):
                connection.task.cancel()

    async def accept(self, stream, _) -> None:
        """Look after one client, from its arrival to its end."""
        connection = None
        # An answer in two segments must not wait for the acknowledgement of the first one.
        stream.s.setsockopt(_TCP, getattr(socket, "TCP_NODELAY", 1), 1)
        try:
            if len(self.connections) >= self.limit:
                from tepal.services import crowd

                if not await crowd.admit(self):
                    stream.write(crowd.busy(self))
                    return
            connection = Connection(stream, self.service.BUFFER)
            self.connections.append(connection)
            await self.service.serve(self.node, connection)
        except (OSError, asyncio.CancelledError):
            pass  # the client is gone, or was sent away
        except MemoryError:
            self.node.sweep()
            self.node.tasks.starved = True
            self.node.log.warn(self.name + ": out of memory, a client was sent away")
        except Exception as error:  # one client's fault must not close the door for the others
            self.node.log.exception(self.name, error)
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
                # The frame may be kept, see node.start.
                del connection.view, connection.buffer  # pyright: ignore[reportOptionalMemberAccess]
            stream.close()
            await stream.wait_closed()
