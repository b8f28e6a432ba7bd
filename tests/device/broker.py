"""A broker of one client on a port of this machine: does what it should, unless it is told not to."""

import asyncio

from house import port

from tepal.formats import mqtt

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PING, DISCONNECT = (
    1,
    2,
    3,
    4,
    8,
    10,
    12,
    14,
)
_PATIENCE = 60


class Broker:
    """What the client sends is in ``packets``, as (kind, flags, body)."""

    def __init__(self, version=5):
        self.version = version
        self.port = port()
        self.packets = []
        self.arrived = asyncio.Event()
        self.stream = None
        self.connections = 0
        self.deaf_to = ()  # kinds that are not answered
        self.welcome = b"\0\0\0" if version == 5 else b"\0\0"

    async def open(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, 5)
        return self

    async def close(self):
        self.server.close()
        await self.server.wait_closed()

    async def serve(self, stream, _):
        self.stream = stream
        self.connections += 1
        try:
            while True:
                kind, flags, body = await self.read(stream)
                self.packets.append((kind, flags, body))
                self.arrived.set()
                answer = self.answer(kind, flags, body)
                if answer and kind not in self.deaf_to:
                    stream.write(answer)
                    await stream.drain()
        except (OSError, EOFError):
            pass
        finally:
            stream.close()
            await stream.wait_closed()

    async def read(self, stream):
        first = (await stream.readexactly(1))[0]
        size = shift = 0
        while True:
            byte = (await stream.readexactly(1))[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        return first >> 4, first & 15, await stream.readexactly(size) if size else b""

    def answer(self, kind, flags, body):
        none = b"\0" if self.version == 5 else b""
        if kind == CONNECT:
            return b" " + bytes([len(self.welcome)]) + self.welcome
        if kind == SUBSCRIBE:
            return b"\x90" + bytes([3 + len(none)]) + body[:2] + none + b"\1"
        if kind == UNSUBSCRIBE:
            return b"\xb0" + bytes([2 + len(none)]) + body[:2] + none
        if kind == PUBLISH and flags & 2:
            start = 2 + mqtt.pair(body, 0)
            return b"@\2" + body[start : start + 2]
        return b"\xd0\0" if kind == PING else b""

    async def next(self, kind):
        """Return (flags, body) of the next packet of ``kind``; those before it are dropped."""
        return await asyncio.wait_for(self._next(kind), _PATIENCE)

    async def _next(self, kind):
        while True:
            while self.packets:
                packet = self.packets.pop(0)
                if packet[0] == kind:
                    return packet[1:]
            self.arrived.clear()
            await self.arrived.wait()

    async def message(self, topic):
        """Return (payload, flags, number) of the next message to ``topic``."""
        while True:
            flags, body = await self.next(PUBLISH)
            size = mqtt.pair(body, 0)
            if body[2 : 2 + size].decode() == topic:
                body = body[2 + size :]
                number = 0
                if flags & 6:
                    number, body = mqtt.pair(body, 0), body[2:]
                return body[1:] if self.version == 5 else body, flags, number

    def send(self, data):
        self.stream.write(data)

    async def send_blocks(self, block, count):
        for _ in range(count):
            self.stream.write(block)
            await self.stream.drain()

    def publish(self, topic, payload, qos=0, retain=False, number=7):
        """Send a message to the client."""
        payload = payload.encode() if isinstance(payload, str) else payload
        head = mqtt.publish(topic, len(payload), qos, retain, number, self.version)
        self.send(head + payload)

    async def hang_up_now(self):
        """Close the connection with whatever is on its way."""
        self.stream.close()
        await self.stream.wait_closed()

    async def hang_up(self):
        await self.stream.wait_closed()
