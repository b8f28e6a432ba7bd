"""Weather for simulated sensors: values that drift, so that there is something to see."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from umbel.errors import SimulationError

if TYPE_CHECKING:
    from umbel.sim.simulated_node import SimulatedNode
    from umbel.sim.simulation import Simulation

_PIN = 32  # ``dhtpin`` in the pin map of an ESP32
_PAUSE = 2.0  # seconds; a DHT22 is not faster
_DAY = 240.0  # seconds in which it gets warm and cold again
_GUST = 37.0


def at(place: int, moment: float) -> tuple[float, float]:
    """Degrees Celsius and percent of humidity at a ``moment`` in seconds; each place has its own."""
    day = math.sin(2 * math.pi * (moment / _DAY + place / 7))
    gust = math.sin(2 * math.pi * (moment / _GUST + place / 3))
    celsius = 21 - 4 * (place % 3) + 3 * day + 0.4 * gust
    humidity = 48 + 9 * (place % 3) - 8 * day + 1.5 * gust
    return round(celsius, 1), round(humidity, 1)


async def blow(simulation: Simulation) -> None:
    """Let the sensors of all nodes feel it; never returns."""
    while True:
        moment = time.time()
        for place, node in enumerate(simulation.nodes):
            await _feel(node, *at(place, moment))
        await asyncio.sleep(_PAUSE)


async def _feel(node: SimulatedNode, celsius: float, humidity: float) -> None:
    order = {"do": "climate", "number": _PIN, "temperature": celsius, "humidity": humidity}
    with suppress(SimulationError):  # it is off, or restarts
        await node.ask(order)
