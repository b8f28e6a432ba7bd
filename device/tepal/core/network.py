"""The network: join one of the known ones, stay joined, open our own where there is none."""

import asyncio

from micropython import const

_TASK = const("network")
_WATCH_MS = const(1000)
_AGAIN_MS = const(30000)  # after an error that nobody thought of


class Network:
    """``state`` is off, joining, joined or access_point; ``reason`` says why it is not joined.

    ``station`` is the radio, with ``isconnected`` and ``ifconfig``. ``joined`` is set while the
    node is on a network, and may be awaited. ``portal`` is what the open setup portal remembers.
    """

    def __init__(self, station, node):
        self.station = station
        self.node = node
        self.state = "off"
        self.reason = ""  # as ``radio.fault`` has it
        self.ssid = ""  # of the network it is on, or was on before
        self.losses = 0  # how often the link was lost since boot
        self.rounds = 0  # through all known networks, in vain
        self.since = 0  # uptime in ms at which it joined
        self.due = 0  # uptime in ms of the next step
        self.joined = asyncio.Event()
        self.portal: "dict | None" = None

    async def run(self) -> None:
        """Keep the node on a network."""
        clock = self.node.clock
        while True:
            is_well = self.state == "joined" and not self.portal and self.isconnected()
            if not is_well and clock.uptime_ms() >= self.due:
                try:
                    await self.step()
                except Exception as error:  # the node must come back from whatever this is
                    self.node.log.exception(_TASK, error)
                    self.due = clock.uptime_ms() + _AGAIN_MS
            await asyncio.sleep_ms(_WATCH_MS)

    def isconnected(self) -> bool:
        """Tell whether there is a link, and an address to use it with."""
        return self.station.isconnected() and self.station.ifconfig()[0] != "0.0.0.0"  # noqa: S104

    async def step(self) -> None:
        """Do what is to be done next."""
        from tepal.core import joining  # in a frame that ends: one that lasts would keep the code

        await joining.step(self)
