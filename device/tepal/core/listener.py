"""A listener to what happens on the node: log lines, commands that ran, ends of tasks."""

import asyncio

from micropython import const

_MAX_WAITING = const(16)  # events; a slow listener loses the oldest


class Listener:
    """``with Listener(log, ("log",)) as listener: topic, data = await listener.get()``.

    No topics means all of them.
    """

    def __init__(self, log, topics: tuple = ()):
        self.listeners = log.listeners
        self.topics = topics
        self.waiting = []
        self.arrived = asyncio.Event()
        self.lost = 0  # events dropped because nobody took them in time

    def put(self, event: tuple) -> None:
        """Queue one event."""
        if self.topics and event[0] not in self.topics:
            return
        if len(self.waiting) >= _MAX_WAITING:
            self.waiting.pop(0)
            self.lost += 1
        self.waiting.append(event)
        self.arrived.set()

    async def get(self) -> tuple:
        """Return the next event; waits for one."""
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        return self.waiting.pop(0)

    def __enter__(self):
        self.listeners.append(self)
        return self

    def __exit__(self, *exc_info):
        self.listeners.remove(self)
