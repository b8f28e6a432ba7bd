"""Updates over MQTT: lists at the topic of a channel and at the node's own, packages one by one.

mpypi/channels/<channel>     a list for all who follow the channel; the broker keeps it
mpypi/nodes/<id>/cmd         a list for this node, which is a command
mpypi/nodes/<id>/info        what we have, kept by the broker
mpypi/nodes/<id>/status      what became of the last list, kept by the broker
"""

# Of the part mqtt, which a release can leave out.

import asyncio
import os
import sys

from micropython import const

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_NODE = const("mpypi/nodes/")
_CHANNEL = const("mpypi/channels/")
_LARGEST = const(8192)  # bytes of a list
_LOOK_MS = const(1000)
_TRIALS = const(("update/journal", "sys/trial"))  # there as long as something is on trial


def open(node) -> "Channel":
    """Begin to follow the channel of the configuration."""
    channel = Channel(node)
    node.tasks.start("mqtt.update", channel.run(), "system")
    return channel


class Channel:
    """What stays in memory; the work is done by ``updates``, which comes and goes."""

    greet_others: "Any" = None
    fetch: "Any" = None  # what waits for a package

    def __init__(self, node):
        self.node = node
        # The id of mpy-blox: the kind of the chip, and its own number, which ours has in it.
        self.topic = _NODE + sys.platform + "-" + node.id[4:-2] + "/"
        self.list = None  # (topic, payload) that was not looked at yet
        self.arrived = asyncio.Event()
        if node.mqtt.on_connect:
            self.greet_others = node.mqtt.on_connect
        node.mqtt.on_connect = self.greet

    async def run(self) -> None:
        """Follow; never returns."""
        mqtt = self.node.mqtt
        await mqtt.subscribe(self.topic + "cmd", self.take, 1, stale=False)
        await mqtt.subscribe(_CHANNEL + self.node.config.get("update_channel"), self.take, 1)
        if mqtt.link:
            await self.tell()
        while True:
            if _is_trial():
                while _is_trial():
                    await asyncio.sleep_ms(_LOOK_MS)
                await self.tell()
            await self.arrived.wait()
            self.arrived.clear()
            if _is_trial():
                self.arrived.set()  # it is looked at later
            elif self.list:
                topic, payload = self.list
                self.list = None
                self.node.sweep()  # what comes now is large
                try:
                    await _follow(self, topic, payload)
                except Exception as error:  # one list's fault must not end the channel
                    self.node.log.exception("update", error)  # noqa: PLE1205 - our own log
                del payload

    async def greet(self) -> None:
        """Tell a broker that may know nothing how it is."""
        if self.greet_others:
            await self.greet_others()
        await self.tell()

    async def take(self, message) -> None:
        """Keep a list until there is time for it; the newest counts."""
        self.list = (message.topic, await message.whole(_LARGEST))
        self.arrived.set()

    async def package(self, message) -> None:
        """Hand a package to who waits for it."""
        if self.fetch:
            await self.fetch.take(message)

    async def tell(self, state: str = "", reason: str = "") -> None:
        """Publish what we have and what became of the last list."""
        from tepal.services import update_news

        await update_news.publish(self, state, reason)


async def _follow(channel: Channel, topic: str, payload: bytes) -> None:
    """Do what a list says; apart from the methods, as a frame that lasts keeps what it imports."""
    from tepal.services import updates

    await updates.follow(channel, topic, payload)


def _is_trial() -> bool:
    for path in _TRIALS:
        try:
            os.stat(path)
        except OSError:
            continue
        return True
    return False
