"""A node in a Wi-Fi that the test describes, and a clock that does not wait."""

import asyncio
import json

import simulated
from house import build_node, end

from tepal.core import secrets

QUIET = {
    "up": True,
    "rssi": -50,
    "stations": [],
    "networks": None,
    "fault": "",
    "access_point": {"open": False},
}


class Clock:
    """Time that passes when the network sleeps."""

    def __init__(self):
        self.now = 0

    def uptime_ms(self):
        return self.now

    def stamp(self):
        return str(self.now)


def build(*networks, names="n/a", passwords="", **config):
    """Return a node that knows some networks, in a Wi-Fi that has others."""
    config["staessid"] = names
    node = build_node(config=json.dumps(config))
    simulated.wifi.update(QUIET)
    simulated.wifi["access_point"] = {"open": False}
    simulated.wifi["networks"] = list(networks)
    if passwords:
        secrets.put(node.auth.secrets, "stapwd", passwords)
    node.clock = Clock()
    return node


def network(ssid, password="", **more):
    more.update({"ssid": ssid, "password": password})
    return more


async def step(node, count=1):
    """Let the network take its next steps; nobody waits for them."""
    slept = asyncio.sleep_ms

    async def sleep_ms(milliseconds):
        node.clock.now += milliseconds
        await slept(0)

    asyncio.sleep_ms = sleep_ms
    try:
        for _ in range(count):
            node.clock.now = max(node.clock.now, node.network.due)
            await node.network.step()
    finally:
        asyncio.sleep_ms = slept


async def leave(node):
    if node.network.portal:
        await node.portal().close(node)
    simulated.wifi.update(QUIET)
    await end(node)


def lines(node, text):
    return [line for line in node.log.lines if text in line]
