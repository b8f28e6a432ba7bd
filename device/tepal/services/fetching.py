"""Fetches a package over MQTT: asks for its topic, writes what comes, asks again if nothing does."""

# Of the part mqtt, which a release can leave out.

import asyncio
import time

from micropython import const

from tepal.formats import update_topics
from tepal.formats.errors import TepalError

RARE = True
_LOOK_MS = const(200)
_BEGIN_MS = const(3000)  # before another spelling of the topic is tried
_SILENCE_MS = const(20000)  # without a byte, before it is asked for once more
_TRIES = const(3)
_LONGEST_MS = const(1800000)  # all in all, a broker that is away included


class Fetch:
    """Waits for one message: ``sink`` has ``start(size)`` and ``write(block)``."""

    def __init__(self, sink, skip: int = 0):
        self.sink = sink
        self.skip = skip  # bytes that are here already
        self.topics = []
        self.count = 0  # bytes that have come, in all tries
        self.is_done = False
        self.fault = None

    async def take(self, message) -> None:
        """Take a message, if it is the one. Raises: OSError, it will come once more."""
        if self.is_done or message.topic not in self.topics:
            return
        skip = self.skip
        try:
            self.sink.start(message.size)
            async for block in message:
                self.count += len(block)
                if skip < len(block):
                    self.sink.write(block[skip:] if skip else block)
                skip -= min(skip, len(block))
        except TepalError as error:
            self.fault = error
        self.is_done = True


class _Part:
    """Writes a message where its part of a file begins."""

    def __init__(self, staged, at: int):
        self.staged = staged
        self.at = at

    def start(self, size: int) -> None:
        self.staged.start(size, self.at)

    def write(self, block) -> None:
        self.staged.write(block)


async def fetch(channel, item: dict, staged) -> None:
    """Write a package to ``staged``. Raises: TepalError, nothing comes or it does not fit."""
    topics = update_topics.topics(item)
    if not item["parts"]:
        await one(channel, topics, Fetch(_Part(staged, 0)))
    for number in range(item["parts"]):
        part = Fetch(_Part(staged, number * update_topics.PART))
        await one(channel, [topics[0] + "/%d" % number], part)


async def one(channel, topics: list, wanted: Fetch) -> None:
    """Wait for one message at one of ``topics``. Raises: TepalError ``update_missing`` …"""
    mqtt = channel.node.mqtt
    channel.fetch = wanted
    began = time.ticks_ms()
    try:
        for _ in range(_TRIES):
            for topic in topics:
                wanted.topics.append(topic)
                await mqtt.subscribe(topic, channel.package, 1)
                if topic == topics[-1] or await _comes(mqtt, wanted, _BEGIN_MS, began):
                    break
            while await _comes(mqtt, wanted, _SILENCE_MS, began) and not wanted.is_done:
                pass
            if wanted.is_done:
                break
            await _leave(mqtt, wanted)
    finally:
        channel.fetch = None
        await _leave(mqtt, wanted)
    if wanted.fault:
        raise wanted.fault
    if not wanted.is_done:
        raise TepalError("update_missing", "nothing came at " + topics[0])


async def _comes(mqtt, wanted: Fetch, patience_ms: int, began) -> bool:
    """Tell whether something has come; the time without a broker does not count."""
    count = wanted.count
    while patience_ms > 0 and time.ticks_diff(time.ticks_ms(), began) < _LONGEST_MS:
        if wanted.is_done or wanted.count != count:
            return True
        await asyncio.sleep_ms(_LOOK_MS)
        if mqtt.link:
            patience_ms -= _LOOK_MS
    return wanted.is_done


async def _leave(mqtt, wanted: Fetch) -> None:
    topics, wanted.topics = wanted.topics, []
    for topic in topics:
        await mqtt.unsubscribe(topic)
