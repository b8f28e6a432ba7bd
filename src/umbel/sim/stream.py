"""TCP as the code of a board knows it: MicroPython's streams, on CPython's event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ssl import SSLContext
from typing import Protocol, overload

_READ_SIZE = 4096  # bytes


class HasFileno(Protocol):
    """What the event loop can watch."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


class Stream:
    """Reader and writer in one; ``write`` sends at once what the network takes at once."""

    def __init__(self, sock: socket.socket, peer: tuple[object, ...]) -> None:
        self.s = sock
        self.out_buf = b""  # what is still to be sent
        self._extra = {"peername": peer}

    def get_extra_info(self, name: str) -> object:
        """What is known of the connection."""
        return self._extra[name]

    def close(self) -> None:
        """Do nothing, as there: ``wait_closed`` closes."""

    async def wait_closed(self) -> None:
        """Close."""
        loop = asyncio.get_running_loop()
        if self.s.fileno() >= 0:
            loop.remove_reader(self.s)
            loop.remove_writer(self.s)
        self.s.close()

    async def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill a part of ``buffer``; 0 at the end."""
        return await asyncio.get_running_loop().sock_recv_into(self.s, buffer)

    async def read(self, size: int = -1) -> bytes:
        """Some bytes, at most ``size``; all up to the end where no size is given."""
        loop = asyncio.get_running_loop()
        if size >= 0:
            return await loop.sock_recv(self.s, size)
        data = b""
        while part := await loop.sock_recv(self.s, _READ_SIZE):
            data += part
        return data

    async def readexactly(self, size: int) -> bytes:
        """Exactly ``size`` bytes.

        Raises:
            EOFError: the end comes before.
        """
        data = b""
        while len(data) < size:
            part = await self.read(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    async def readline(self) -> bytes:
        """The bytes up to a newline, or the end."""
        line = b""
        while not line.endswith(b"\n") and (byte := await self.read(1)):
            line += byte
        return line

    def write(self, data: bytes) -> None:
        """Send ``data``; what does not leave at once waits for ``drain``."""
        if not self.out_buf:
            with suppress(BlockingIOError):
                data = data[self.s.send(data) :]
        self.out_buf += data

    async def drain(self) -> None:
        """Return when all is sent."""
        if not self.out_buf:
            await asyncio.sleep(0)
        while self.out_buf:
            data, self.out_buf = self.out_buf, b""
            await asyncio.get_running_loop().sock_sendall(self.s, data)


class TlsStream:
    """The same over TLS, which asyncio itself must speak."""

    out_buf = b""  # what leaves, leaves in the background

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.read = reader.read
        self.write = writer.write
        self.drain = writer.drain

    def close(self) -> None:
        """Do nothing, as there: ``wait_closed`` closes."""

    async def wait_closed(self) -> None:
        """Close; whether the other end says goodbye does not matter."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class Server:
    """A listening socket and the task that accepts."""

    def __init__(self, sock: socket.socket, callback: Callable[[Stream, Stream], object]) -> None:
        self._callback = callback
        self._clients: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._serve(sock))

    def close(self) -> None:
        """Stop accepting; who is in stays."""
        self._task.cancel()

    async def wait_closed(self) -> None:
        """Return when the port is free."""
        await asyncio.wait([self._task])

    async def _serve(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with sock:
            while True:
                client, peer = await loop.sock_accept(sock)
                client.setblocking(False)
                task = asyncio.create_task(self._call(Stream(client, peer)))
                self._clients.add(task)
                task.add_done_callback(self._clients.discard)

    async def _call(self, stream: Stream) -> None:
        result = self._callback(stream, stream)
        if isinstance(result, Awaitable):
            await result


@overload
async def open_connection(host: str, port: int) -> tuple[Stream, Stream]: ...


@overload
async def open_connection(
    host: str, port: int, ssl: SSLContext, server_hostname: str
) -> tuple[TlsStream, TlsStream]: ...


async def open_connection(
    host: str, port: int, ssl: SSLContext | None = None, server_hostname: str | None = None
) -> tuple[Stream, Stream] | tuple[TlsStream, TlsStream]:
    """One stream, twice."""
    if ssl is not None:
        ends = await asyncio.open_connection(host, port, ssl=ssl, server_hostname=server_hostname)
        encrypted = TlsStream(*ends)
        return encrypted, encrypted
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    stream = Stream(sock, address)
    return stream, stream


async def start_server(
    callback: Callable[[Stream, Stream], object], host: str, port: int, backlog: int = 5
) -> Server:
    """A server that calls ``callback`` with one stream, twice, for each client."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    server = Server(sock, callback)
    await asyncio.sleep(0)  # the task must have begun before it can be cancelled
    return server


async def readable(source: HasFileno) -> None:
    """Return when ``source`` has something to read."""
    loop = asyncio.get_running_loop()
    arrived = loop.create_future()

    def arrive() -> None:
        if not arrived.done():
            arrived.set_result(None)

    loop.add_reader(source, arrive)
    try:
        await arrived
    finally:
        loop.remove_reader(source)
