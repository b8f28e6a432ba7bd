"""What HTTP servers offer, block by block, over one connection that is kept: GET, Range, chunks."""

import asyncio

from micropython import const

from tepal.core import dial
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_MOST_HEAD = const(2048)  # bytes
_MOST_LINE = const(128)  # bytes, of the size of a chunk
_MOST_TRAILERS = const(16)
_BLOCK = const(1024)  # bytes
_TO_THE_END = const(-1)  # of the connection


class Source:
    """A server: ``get`` something, ``read`` it, ``get`` the next; ``close`` at last.

    All raise TepalError: ``unreachable``, or ``no_answer`` if it is silent, closes too early or
    does not speak HTTP. Trying again may help.
    """

    silence_ms = 20000

    def __init__(self, node, url: str):
        """Raises: TepalError ``url``."""
        self.node = node
        self.scheme, self.host, self.port, path = dial.parts(url)
        self.path = path.rstrip("/")
        self.size = -1  # bytes of what was asked for, from the offset on; -1 if nobody says so
        self.head = b""  # of the answer, in lower case
        self._stream: "Any" = None
        self._data = b""  # has come and was not taken yet
        self._left = 0  # bytes of the body, or of a chunk of it
        self._is_chunked = self._is_last = False

    async def get(self, path: str, offset: int = 0, more: str = "") -> int:
        """Ask for ``path``, and for what stands behind ``offset``; return the status.

        ``more`` holds further header lines. A status of 200 has all that was asked for in ``read``,
        whether the server knows of ranges or not.
        """
        if self._left or self._is_chunked or self._is_last:
            await self.close()
        if offset:
            more += "range: bytes=%d-\r\n" % offset
        status = await self._ask(path, more)
        if status == 206:
            if self.header("content-range").find(b"bytes %d-" % offset) != 0 or not offset:
                raise self._fault("bytes from %d on" % offset)
            return 200
        if status == 200 and offset:
            await self._pass_over(offset)
        return status

    async def wait(self, path: str):
        """Ask for ``path``, and return the stream on which the answer will come, not any more ours."""
        await self._send(path, "")
        stream, self._stream = self._stream, None
        return stream

    def header(self, name: str) -> bytes:
        """Return the value of a header, in lower case; empty if it did not come."""
        _, found, rest = self.head.partition(b"\r\n" + name.encode() + b":")
        return rest.split(b"\r\n")[0].strip() if found else b""

    async def read(self) -> bytes:
        """Return the next bytes of the answer, at most 1 KB; none at its end."""
        if self._is_chunked and not self._left:
            await self._begin_chunk()
        if not self._left:
            return b""
        if not self._data and not await self._fill():
            if self._left != _TO_THE_END:
                raise self._fault("the rest of it")
            self._left = 0
            return b""
        block, self._data = self._data, b""
        if self._left != _TO_THE_END:
            if len(block) > self._left:
                self._data = block[self._left :]
                block = block[: self._left]
            self._left -= len(block)
        return block

    async def close(self) -> None:
        """Hang up."""
        stream, self._stream = self._stream, None
        self._data = b""
        self._left = 0
        self._is_chunked = self._is_last = False
        if stream:
            stream.close()
            await stream.wait_closed()

    async def _ask(self, path: str, more: str) -> int:
        was_open = self._stream is not None
        try:
            await self._send(path, more)
            head = await self._take(b"\r\n\r\n", _MOST_HEAD)
        except TepalError:
            await self.close()
            if not was_open:
                raise
            # The connection that we kept was closed meanwhile, which is no fault of anybody.
            await self._send(path, more)
            head = await self._take(b"\r\n\r\n", _MOST_HEAD)
        return self._understand(head.lower())

    async def _send(self, path: str, more: str) -> None:
        host = self.host
        try:
            if self._stream is None:
                is_tls = self.scheme == "https"
                self._stream = await dial.dial(self.node, host, self.port, is_tls)
            head = "GET %s%s HTTP/1.1\r\nhost: %s:%d\r\n%s\r\n"
            self._stream.write((head % (self.path, path, host, self.port, more)).encode())
            await asyncio.wait_for_ms(self._stream.drain(), self.silence_ms)
        except asyncio.TimeoutError:
            raise TepalError("no_answer", host + " takes nothing")
        except OSError as error:
            raise TepalError("unreachable", host + ": " + str(error))

    def _understand(self, head: bytes) -> int:
        self.head = head
        words = head.split(b"\r\n")[0].split(b" ")
        if head[:7] != b"http/1." or len(words) < 2 or not words[1].isdigit():
            raise self._fault("HTTP")
        status = int(words[1])
        length = self.header("content-length")
        connection = self.header("connection")
        self._is_last = b"close" in connection or words[0] == b"http/1.0"
        self._is_chunked = b"chunked" in self.header("transfer-encoding")
        self._left, self.size = 0, -1
        if status in (204, 304):
            self._is_chunked = False
        elif length and not self._is_chunked:
            if not length.isdigit() or len(length) > 9:
                raise self._fault("a length")
            self._left = self.size = int(length)
        elif not self._is_chunked:
            self._left, self._is_last = _TO_THE_END, True
        return status

    async def _pass_over(self, offset: int) -> None:
        """Drop what is here already: this server knows nothing of ranges."""
        while offset:
            block = await self.read()
            if not block:
                raise self._fault("more than that")
            if len(block) > offset:
                self._data = block[offset:] + self._data
                if self._left != _TO_THE_END:
                    self._left += len(block) - offset
                block = block[:offset]
            offset -= len(block)
            if self.size > 0:
                self.size -= len(block)

    async def _begin_chunk(self) -> None:
        line = await self._take(b"\r\n", _MOST_LINE)
        if not line:  # the end of the chunk before
            line = await self._take(b"\r\n", _MOST_LINE)
        try:
            self._left = int(line.split(b";")[0].strip().decode(), 16)
        except (ValueError, UnicodeError):
            self._left = -1
        if not 0 <= self._left < 1 << 30:
            raise self._fault("the size of a chunk")
        if not self._left:
            self._is_chunked = False
            for _ in range(_MOST_TRAILERS):
                if not await self._take(b"\r\n", _MOST_LINE):
                    return
            raise self._fault("an end")

    async def _take(self, mark: bytes, most: int) -> bytes:
        """Return what comes before ``mark``."""
        while mark not in self._data:
            if len(self._data) > most:
                raise self._fault("at most %d bytes in one piece" % most)
            if not await self._fill():
                raise self._fault("an answer")
        taken, _, self._data = self._data.partition(mark)
        return taken

    async def _fill(self) -> bool:
        """Wait for more; tell whether something came."""
        try:
            data = await asyncio.wait_for_ms(self._stream.read(_BLOCK), self.silence_ms)
        except asyncio.TimeoutError:
            raise TepalError("no_answer", self.host + " is silent")
        except OSError as error:
            raise TepalError("unreachable", self.host + ": " + str(error))
        self._data += data or b""
        return bool(data)

    def _fault(self, expected: str) -> TepalError:
        self._is_last = True
        return TepalError("no_answer", self.host + " did not send " + expected)
