"""The connection to an MQTT broker: bytes come in through one buffer, packets leave one by one."""

# Of the part mqtt, which a release can leave out.

import asyncio
import time

from micropython import const

from tepal.formats import mqtt

_BUFFER = const(512)  # bytes; the begin of a packet must fit
_SEND_MS = const(10000)


class Link:
    """``quiet_ms`` is how long neither side is silent; then we ask whether the broker is there."""

    def __init__(self, stream, version: int, quiet_ms: int):
        self.stream = stream
        self.version = version
        self.quiet_ms = quiet_ms
        self.buffer = bytearray(_BUFFER)
        self.view = memoryview(self.buffer)
        self.start = 0  # what has arrived and was not taken yet is buffer[start:end]
        self.end = 0
        self.sent_at = time.ticks_ms()
        self.is_lost = False  # or sent a packet in part: nothing can follow
        self.lock = asyncio.Lock()

    async def head(self):
        """Return the mqtt.Head of the next packet. Raises: OSError, TepalError ``protocol``."""
        while True:
            head = mqtt.head(bytes(self.view[self.start : self.end]), self.version)
            if head:
                self.start += head.used
                return head
            await self._fill()

    async def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, at least one. Raises: OSError."""
        if self.start == self.end:
            await self._fill()
        taken = bytes(self.view[self.start : min(self.end, self.start + size)])
        self.start += len(taken)
        return taken

    async def exactly(self, size: int) -> bytes:
        """Return ``size`` bytes. Raises: OSError."""
        data = b""
        while len(data) < size:
            data += await self.read(size - len(data))
        return data

    async def skip(self, size: int) -> None:
        """Pass over ``size`` bytes. Raises: OSError."""
        while size:
            size -= len(await self.read(size))

    async def send(self, *parts: bytes) -> None:
        """Send one packet. Raises: OSError (the connection is of no use any more)."""
        async with self.lock:
            if self.is_lost:
                raise OSError("broken")
            self.is_lost = True
            for part in parts:
                self.stream.write(part)
            if self.stream.out_buf:
                try:
                    await asyncio.wait_for_ms(self.stream.drain(), _SEND_MS)
                except asyncio.TimeoutError:
                    raise OSError("the broker takes nothing")
            self.is_lost = False
            self.sent_at = time.ticks_ms()

    async def close(self) -> None:
        """Close."""
        self.is_lost = True
        self.stream.close()
        await self.stream.wait_closed()

    async def _fill(self) -> None:
        """Wait for more bytes."""
        if self.start == self.end:
            self.start = self.end = 0
        elif self.start:
            rest = bytes(self.view[self.start : self.end])
            self.view[: len(rest)] = rest
            self.start, self.end = 0, len(rest)
        try:
            self.end += await self._arrived()
        except OSError:
            self.is_lost = True
            raise

    async def _arrived(self) -> int:
        """Return how many bytes have arrived; show the broker meanwhile that we are there."""
        is_asked = False
        while True:
            if is_asked or time.ticks_diff(time.ticks_ms(), self.sent_at) > self.quiet_ms:
                await self.send(mqtt.PING)
            arriving = self.stream.readinto(self.view[self.end :])
            try:
                count = await asyncio.wait_for_ms(arriving, self.quiet_ms)
            except asyncio.TimeoutError:
                if is_asked:
                    raise OSError("the broker is silent")
                is_asked = True
                continue
            if count:
                return count
            if count == 0:  # None: TLS needs more before it has something for us
                raise OSError("the broker has closed the connection")
