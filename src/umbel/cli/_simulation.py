"""A simulation, as the commands that run one show it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from umbel.cli import _output, _running
from umbel.sim import simulation
from umbel.sim.happening import Happening, What

if TYPE_CHECKING:
    from umbel.model import Node
    from umbel.sim.plan import Plan
    from umbel.sim.runtime import Runtime
    from umbel.sim.simulation import Simulation

_TOLD = {
    What.RESET: "starts again",
    What.SILENT: "runs, but does not answer",
    What.HUNG: "hung, and is reset by its watchdog",
    What.CRASHED: "crashed, and starts again",
    What.GIVEN_UP: "crashed too often, and stays off until: umbel board {board} power on",
}


@asynccontextmanager
async def shown(plan: Plan, runtime: Runtime, stop: asyncio.Event) -> AsyncGenerator[Simulation]:
    """Run ``plan`` while the block does, and print what happens.

    When the block begins, every node is up or ``stop`` is set.
    """
    if runtime.remark:
        print(runtime.remark, file=sys.stderr)
    with ExitStack() as waiting:
        advance = waiting.enter_context(_output.progress("starting nodes", len(plan.boards)))

        def report(happened: Happening) -> None:
            if happened.what is What.UP:
                print(_introduction(happened.node, runtime), flush=True)
                advance(1)
            else:
                _complain(happened)

        async with simulation.running(plan, runtime, report) as running:
            await _running.unless_stopped(stop, running.settle())
            waiting.close()
            yield running


def _introduction(node: Node, runtime: Runtime) -> str:
    web = f"web {node.web_port}" if node.web_port else "no web"
    where = f"{node.address.host:<15} shell {node.address.port}  {web}"
    return f"{node.name:<10} {where}  {runtime.name}"


def _complain(happened: Happening) -> None:
    told = _TOLD[happened.what].format(board=happened.board)
    print(f"{happened.board} {told}", file=sys.stderr)
    if happened.console:
        print("  " + happened.console.replace("\n", "\n  "), file=sys.stderr)
