"""An MQTT client that streams: what comes in is handed on block by block, and never as a whole.

A message of QoS 1 is acknowledged when its handler has returned. Where the handler fails, the
connection is given up, so that the broker sends the message once more; the third time is the last.
"""

# Of the part mqtt, which a release can leave out.

import asyncio
import os
import time

from micropython import const

from tepal.formats import mqtt
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_NAME = const("mqtt")
_PUBLISH = const(3)
_PUBACK = const(4)
_QUIET = const((11, 13))  # UNSUBACK and PINGRESP
_MOST_WAITING = const(8)  # messages of QoS 1 that the broker has not acknowledged
_LARGEST_KEPT = const(1024)  # bytes of their payload
_LARGEST = const(1 << 20)  # bytes of a message to us
_TRIES = const(3)  # of a handler
_HANDLING_MS = const(60000)  # and a millisecond for each byte
_LONGEST_PAUSE_MS = const(60000)


class Subscription:
    """``handler(message)`` is a coroutine function; ``stale`` lets old, retained messages in."""

    def __init__(self, pattern: str, handler, quality: int, stale: bool):
        self.pattern = pattern
        self.handler = handler
        self.quality = quality
        self.stale = stale


class Message:
    """What has come: ``async for block in message`` reads it, as does ``read``."""

    def __init__(self, head, link):
        self.topic = head.topic
        self.size = head.size - head.skip  # bytes of payload
        self.left = self.size  # of them still to be read
        self.quality = head.flags >> 1 & 1
        self.is_stale = bool(head.flags & 1)  # it was retained: not sent now
        self.link = link

    async def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end. Raises: OSError."""
        if not self.left:
            return b""
        data = await self.link.read(min(size, self.left))
        self.left -= len(data)
        return data

    async def whole(self, most: int) -> bytes:
        """Return all the payload. Raises: TepalError ``too_large``, OSError."""
        if self.left > most:
            raise TepalError("too_large", "at most %d bytes expected" % most)
        data = await self.link.exactly(self.left)
        self.left = 0
        return data

    def __aiter__(self):
        return self

    async def __anext__(self) -> bytes:
        data = await self.read(512)
        if not data:
            raise StopAsyncIteration
        return data


class Client:
    """Stays connected to the broker of the configuration as long as ``run`` runs.

    ``will`` is the (topic, payload) that the broker publishes when we are gone. ``on_connect`` is
    a coroutine function that is called after each connect.
    """

    def __init__(self, node, will=None, on_connect=None):
        self.node = node
        self.id = node.id
        self.will = will
        self.on_connect = on_connect
        self.keep_alive = 60  # seconds
        self.patience_ms = 10000  # for a place among the messages of QoS 1
        self.pause_ms = 1000  # before a try to connect; doubled with each that fails
        self.state = "off"  # or connected, or why it is not
        self.link: "Any" = None  # of mqtt_link, while connected
        self.version = 5  # until a broker refuses it
        self.is_new = True  # there was no connection since boot
        self.subscriptions = []
        self.asked = {}  # packet number: the pattern that waits for its answer
        self.waiting = {}  # packet number: (topic, payload, retain) until acknowledged
        self.most_waiting = _MOST_WAITING
        self.best_quality = 1
        self.may_retain = True
        self.largest = 0  # bytes of a packet that the broker takes; 0: any
        self.freed = asyncio.Event()
        self.number = 0
        self.failures = 0  # of a handler, in a row

    async def run(self) -> None:
        """Connect, again and again; never returns."""
        pause_ms = self.pause_ms
        while True:
            # Many nodes lose their broker at once, and should not come back at once.
            await asyncio.sleep_ms(pause_ms // 2 + pause_ms * os.urandom(1)[0] // 512)
            await self.node.network.joined.wait()
            self.node.sweep()  # to connect takes more memory than anything later
            start = time.ticks_ms()
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may be better
                self._lost(error)
            pause_ms = min(pause_ms * 2, _LONGEST_PAUSE_MS)
            if time.ticks_diff(time.ticks_ms(), start) > _LONGEST_PAUSE_MS:
                pause_ms = self.pause_ms

    async def publish(self, topic: str, payload, quality: int = 0, retain: bool = False) -> None:
        """Send a message. One of QoS 1 is kept until the broker has it, over reconnects too.

        Raises: TepalError ``unreachable`` (QoS 0 without a connection), ``queue_full``,
        ``too_large``, ``arguments``.
        """
        if isinstance(payload, str):
            payload = payload.encode()
        mqtt.check(topic)
        if self.largest and len(payload) + len(topic.encode()) + 16 > self.largest:
            raise TepalError("too_large", "the broker takes %d bytes" % self.largest)
        number = 0
        if quality and self.best_quality:
            if len(payload) > _LARGEST_KEPT:
                raise TepalError("too_large", "at most %d bytes expected" % _LARGEST_KEPT)
            number = await self._place()
            self.waiting[number] = (topic, payload, retain)
        elif not self.link:
            raise TepalError("unreachable", "no broker: " + self.state)
        try:
            await self._send(number, topic, payload, retain)
        except OSError as error:
            if not number:
                raise TepalError("unreachable", str(error))

    async def subscribe(self, pattern: str, handler, quality: int = 0, stale: bool = True) -> None:
        """Hand all messages of matching topics to ``handler``, from now on and over reconnects.

        Where several patterns match, the first one has the message. Raises: TepalError
        ``arguments``.
        """
        _check(pattern)
        one = Subscription(pattern, handler, quality, stale)
        self.subscriptions.append(one)
        try:
            if self.link:
                await self._ask([one])
        except OSError:
            pass  # it is asked for again when the broker is back

    async def unsubscribe(self, pattern: str) -> None:
        """Forget a pattern."""
        self.subscriptions = [one for one in self.subscriptions if one.pattern != pattern]
        try:
            if self.link:
                await self.link.send(_unsubscribe(self, self._next_number(), pattern))
        except OSError:
            pass  # so it is forgotten all the same

    def close(self) -> None:
        """Say goodbye, as far as that is possible without waiting."""
        if self.link and not self.link.is_lost:
            _leave(self)

    async def _serve(self) -> None:
        """Connect and look after what comes; ends with an exception."""
        link = await _open(self)
        try:
            self.link = link
            self.state = "connected"
            self.is_new = False
            await self._ask(self.subscriptions)
            if self.on_connect:
                await self.on_connect()
            for number in list(self.waiting):
                await self._send(number, *self.waiting[number], again=True)
            while True:
                await self._take(await link.head())
        finally:
            self.link = None
            self.asked.clear()
            await link.close()

    async def _take(self, head) -> None:
        """Look after one packet."""
        if head.kind == _PUBLISH:
            await self._receive(head)
            return
        body = await self.link.exactly(head.size)
        if head.kind == _PUBACK:
            number, reason = mqtt.acknowledged(body, self.version)
            self.waiting.pop(number, None)
            self.freed.set()
            if reason >= 128:
                self.node.log.warn("mqtt: the broker refuses a message: 0x%02x" % reason)
        elif head.kind not in _QUIET:
            _answered(self, head.kind, body)

    async def _receive(self, head) -> None:
        """Hand a message to who wants it, and acknowledge it."""
        if head.size > _LARGEST:
            raise mqtt.fault("less than 1 MB")
        number, size = head.number, head.size
        if head.topic is None:
            await self.link.skip(head.skip)
            size -= head.skip
            if head.flags & 2:
                number = mqtt.pair(await self.link.exactly(2), 0)
                size -= 2
        else:
            await self.link.skip(head.skip)
            message = Message(head, self.link)
            await self._handle(message)
            size = message.left
        await self.link.skip(size)
        if number:
            await self.link.send(mqtt.acknowledgement(number))

    async def _handle(self, message) -> None:
        for one in self.subscriptions:
            if mqtt.matches(one.pattern, message.topic):
                break
        else:
            return
        if message.is_stale and not one.stale:
            return
        link = self.link
        try:
            handling = one.handler(message)
            await asyncio.wait_for_ms(handling, _HANDLING_MS + message.size)
        except Exception as error:  # a handler is anybody's code; CancelledError is none
            if link.is_lost:
                raise OSError("lost with a message")
            self.node.log.exception("mqtt " + message.topic, error)
            self.failures += 1
            if message.quality and self.failures < _TRIES:
                raise OSError("a message could not be handled, it shall come again")
        self.failures = 0

    async def _place(self) -> int:
        """Return a packet number, as soon as there is room for one more message."""
        while len(self.waiting) >= self.most_waiting:
            self.freed.clear()
            try:
                await asyncio.wait_for_ms(self.freed.wait(), self.patience_ms)
            except asyncio.TimeoutError:
                raise TepalError("queue_full", str(self.most_waiting))
        return self._next_number()

    def _next_number(self) -> int:
        while True:
            self.number = self.number % 0xFFFF + 1
            if self.number not in self.waiting and self.number not in self.asked:
                return self.number

    async def _send(self, number: int, topic: str, payload, retain, again=False) -> None:
        if self.link:
            retain = bool(retain and self.may_retain)
            head = mqtt.publish(topic, len(payload), number > 0, retain, number, self.version)
            if again:
                head = bytes([head[0] | 8]) + head[1:]
            await self.link.send(head, payload)

    async def _ask(self, subscriptions: list) -> None:
        """Ask the broker for some subscriptions."""
        for one in subscriptions:
            number = self._next_number()
            self.asked[number] = one.pattern
            await self.link.send(_subscribe(self, number, one))

    def _lost(self, error: Exception) -> None:
        text = str(error).strip() or "the broker does not answer in time"
        if isinstance(error, MemoryError):
            text = "out of memory"
        if not isinstance(error, (OSError, TepalError, asyncio.TimeoutError, MemoryError)):
            self.node.log.exception(_NAME, error)
        elif text != self.state:
            self.node.log.warn("mqtt: " + text)
        self.state = text


# What follows is apart from the methods above because a frame that lasts keeps what it has imported.


async def _open(client):
    from tepal.services import mqtt_opening

    return await mqtt_opening.connect(client)


def _check(pattern: str) -> None:
    from tepal.formats import mqtt_session

    mqtt_session.check(pattern)


def _subscribe(client, number: int, subscription) -> bytes:
    from tepal.formats import mqtt_session

    return mqtt_session.subscribe(number, subscription, client.version)


def _unsubscribe(client, number: int, pattern: str) -> bytes:
    from tepal.formats import mqtt_session

    return mqtt_session.unsubscribe(number, pattern, client.version)


def _leave(client) -> None:
    from tepal.services import mqtt_opening

    mqtt_opening.leave(client)


def _answered(client, kind: int, body: bytes) -> None:
    from tepal.services import mqtt_opening

    mqtt_opening.answered(client, kind, body)
