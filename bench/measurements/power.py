"""From plugging a node in until its lamp is as it was before the power cut."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from typing import cast
from unittest.mock import patch

from bench.figure import Figure
from umbel.errors import UmbelError
from umbel.link.api import Api
from umbel.sim import runtime, simulation
from umbel.sim.plan import Board, Plan
from umbel.sim.simulated_node import SimulatedNode

_FIRST = "127.78.0.1"  # apart from the simulations of whoever works here
_KEPT_AFTER = 4.0  # seconds; states are written after three
_PATIENCE = 60.0  # seconds


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, UMBEL_STATE=folder):
        took = asyncio.run(_cut_and_restore())
    yield Figure(
        key="back_after_power_cut",
        what="from plugging in until the boot hook has switched the lamp on",
        value=took,
        unit="s",
    )


async def _cut_and_restore() -> float:
    plan = Plan(
        boards=(Board(name="attic", boothook="switch load"),), first_address=_FIRST, is_open=True
    )
    async with simulation.running(plan, runtime.choose("micropython")) as running:
        await running.settle()
        node = running.node("attic")
        async with Api(node.node) as api:
            await api.run("switch set_state True")
        await asyncio.sleep(_KEPT_AFTER)
        node.cut_power()
        async with asyncio.timeout(_PATIENCE):
            while node.pid is not None:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            begin = time.perf_counter()
            node.restore_power()
            while not await _is_on(node):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        return time.perf_counter() - begin


async def _is_on(node: SimulatedNode) -> bool:
    """Whether it answers, and says so."""
    try:
        async with Api(node.node) as api:
            status = (await api.run("switch status")).value
    except UmbelError:
        return False
    return isinstance(status, dict) and cast("dict[str, object]", status).get("SW1") == 1
