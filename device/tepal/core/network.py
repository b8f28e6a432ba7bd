"""The network: join one of the known ones, stay joined, open our own where there is none."""

import asyncio

from micropython import const

_WATCH_MS = const(2000)


class Network:
    """``state`` is off, joining, joined or access_point.

    ``station`` is the radio, with ``connect``, ``isconnected`` and ``ifconfig``;
    ``access_point()`` returns what has ``open(ssid, password)`` and ``close()``.
    """

    def __init__(self, station, access_point, config, secrets: str, log):
        self.station = station
        self.access_point = access_point
        self.config = config
        self.secrets = secrets
        self.log = log
        self.state = "off"
        self.losses = 0  # how often the link was lost since boot

    async def run(self) -> None:
        """Keep the node on a network."""
        while True:
            await self.join()
            while self.station.isconnected():
                await asyncio.sleep_ms(_WATCH_MS)
            self.losses += 1
            self.log.warn("Wi-Fi lost")

    async def join(self) -> None:
        """Return when the node has joined a network."""
        from tepal.core import joining  # in a frame that ends: one that lasts would keep the code

        await joining.join(self)
