"""The scenario of ``examples/evening``: two nodes, from the first start to a power cut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from patience import PATIENCE
from playwright.async_api import expect

from umbel.errors import UmbelError
from umbel.link.api import Api
from umbel.sim.simulated_node import SimulatedNode
from umbel.sim.simulation import Simulation

from .conftest import Open, Simulate, url_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NETWORK = {"ssid": "Feigenbaum", "password": "ein Feigenblatt", "rssi": -52}
BUTTON, RELAY = 4, "switch status"
ACTS = {
    "place": "48.21,16.37",
    "tz": "CET-1CEST,M3.5.0,M10.5.0/3",
    "crontasks": "sunset!switch toggle True >>porch",
    "cron": True,
    "irq1_cbf": "switch toggle >>porch",
    "irq1": True,
}


async def test_an_evening(simulate: Simulate, visit: Open):
    running = await simulate("hall", "porch", knows_wifi=False, is_open=False)
    hall, porch = running.nodes
    for node in running.nodes:
        await provision(node, visit)

    await configure(porch, {"boothook": "switch load"})
    await configure(hall, ACTS)
    assert await relay(porch) == 0

    await pass_time(hall, until_first=2)
    await eventually(lambda: is_on(porch))
    await press(hall)
    await eventually(lambda: is_off(porch))
    await press(hall)
    await eventually(lambda: is_on(porch))

    await eventually(lambda: is_kept(running, "porch"))
    for node in running.nodes:
        node.cut_power()
    await eventually(lambda: are_off(running))
    for node in running.nodes:
        node.restore_power()
    await eventually(lambda: is_on(porch))
    await press(hall)
    await eventually(lambda: is_off(porch))


async def provision(node: SimulatedNode, visit: Open) -> None:
    """As with a phone: whatever it asks for leads to the portal."""
    await node.ask({"do": "wifi", "networks": [NETWORK]})
    made = await visit(url_of(node.node) + "hotspot-detect.html", width=360)
    await made.page.get_by_role("radio", name=NETWORK["ssid"]).check()
    await made.page.get_by_label("Wi-Fi password").fill(str(NETWORK["password"]))
    await made.button("Join").click()
    await expect(made.page.get_by_role("status")).to_contain_text("Connected with")


async def configure(node: SimulatedNode, values: dict[str, Any]) -> None:
    async with Api(node.node) as api:
        await api.configure(values)
        before = (await api.about())["uptime_ms"]
        await api.run("reboot")

    async def is_new() -> bool:
        async with Api(node.node) as api:
            return (await api.about())["uptime_ms"] < before

    await eventually(is_new)


async def relay(node: SimulatedNode) -> int:
    async with Api(node.node) as api:
        return (await api.run(RELAY)).value.get("SW1", 0)


async def is_on(node: SimulatedNode) -> bool:
    return await relay(node) == 1


async def is_off(node: SimulatedNode) -> bool:
    return await relay(node) == 0


async def is_kept(running: Simulation, name: str) -> bool:
    """Whether the state is on flash, where it goes after three seconds."""
    kept = running.folder.board(name).flash / "data" / "switch.cache"
    return kept.is_file() and b'"1": 1' in kept.read_bytes()


async def are_off(running: Simulation) -> bool:
    return all(node.pid is None for node in running.nodes)


async def pass_time(node: SimulatedNode, *, until_first: int) -> None:
    """Set the clock to some seconds before the first firing."""
    async with Api(node.node) as api:
        first = (await api.run("schedule next")).value[0]["local"]
        then = datetime.fromisoformat(first) - timedelta(seconds=until_first)
        await api.run(then.strftime("system setclock %Y %-m %-d %-H %-M %-S"))


async def press(node: SimulatedNode) -> None:
    for level in (1, 0):
        await node.ask({"do": "pin", "number": BUTTON, "value": level})
        await asyncio.sleep(0.5)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if await holds():
                return
        except UmbelError:
            pass  # it is on its way
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
