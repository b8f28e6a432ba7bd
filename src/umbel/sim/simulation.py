"""A simulation: all its nodes, from the first start to the last goodbye."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from umbel.errors import SimulationError
from umbel.registry import simulations
from umbel.sim import control_socket, folder, happening, orders
from umbel.sim.console import Console
from umbel.sim.folder import Folder
from umbel.sim.happening import Happening, Report, What
from umbel.sim.lifecycle import Cause
from umbel.sim.plan import Plan
from umbel.sim.prepare import Prepared, prepare
from umbel.sim.process import BoardProcess
from umbel.sim.runtime import Runtime
from umbel.sim.simulated_node import SimulatedNode

_BOOTS_AT_ONCE = 2 * (os.cpu_count() or 1)
_FILES_PER_NODE = 4  # open ones: two pipes, the process, a socket
_FILES = 256  # for everything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A simulation that runs."""

    nodes: tuple[SimulatedNode, ...]
    runtime: Runtime
    password: str  # of every node that was new
    folder: Folder

    async def settle(self) -> None:
        """Return when every node is up, or it is clear that it will not be."""
        await asyncio.gather(*(node.is_settled.wait() for node in self.nodes))

    def node(self, board: str) -> SimulatedNode:
        """The node on ``board``.

        Raises:
            SimulationError: there is no such board.
        """
        for node in self.nodes:
            if node.board == board:
                return node
        known = ", ".join(node.board for node in self.nodes)
        raise SimulationError(f"no board is called {board!r}", remedy=f"one of {known}")

    def as_known(self) -> simulations.Simulation:
        """What the commands of this user need to find it."""
        return simulations.Simulation(
            pid=os.getpid(),
            folder=self.folder.root,
            socket=self.folder.socket,
            nodes=tuple(node.node for node in self.nodes),
            boards=tuple(node.board for node in self.nodes),
        )


@asynccontextmanager
async def running(
    plan: Plan, runtime: Runtime, report: Report = happening.ignore
) -> AsyncGenerator[Simulation]:
    """Simulate what ``plan`` says while the block runs; ``report`` is told what happens.

    The nodes start when the block does, and are up a moment later.

    Raises:
        SimulationError: something that is needed is not there, or not free.
    """
    with ExitStack() as stack:
        place = stack.enter_context(folder.opened(plan.folder))
        prepared = await asyncio.to_thread(prepare, plan, place, runtime)
        simulation = _build(plan, place, runtime, prepared)
        registration = stack.enter_context(simulations.registered(simulation.as_known()))
        _allow_files(len(simulation.nodes))

        def tell(happened: Happening) -> None:
            if happened.what is What.UP:
                registration.update(simulation.as_known())
            report(happened)

        async with (
            control_socket.opened(place.socket, partial(orders.carry_out, simulation)),
            _switched_on(simulation.nodes, tell),
        ):
            yield simulation


def _build(plan: Plan, place: Folder, runtime: Runtime, prepared: Prepared) -> Simulation:
    nodes: list[SimulatedNode] = []
    neighbours = ",".join(node.address.host for node in prepared.nodes)
    for board, node in zip(plan.boards, prepared.nodes, strict=True):
        own = place.board(board.name)
        command = runtime.command(place, own, prepared.code)
        environment = {
            **runtime.environment(place),
            "UMBEL_SIM_ADDRESS": node.address.host,
            "UMBEL_SIM_NEIGHBOURS": neighbours,
            "UMBEL_SIM_ID": own.chip(),
            "UMBEL_SIM_RTC": str(own.clock_memory()),
        }
        switch_on = partial(_switch_on, command, environment)
        nodes.append(SimulatedNode(board.name, node, own, switch_on))
    return Simulation(
        nodes=tuple(nodes), runtime=runtime, password=prepared.password, folder=place
    )


async def _switch_on(
    command: Sequence[str], environment: dict[str, str], cause: Cause, console: Console
) -> BoardProcess:
    cause_of_start = {"UMBEL_SIM_RESET_CAUSE": str(int(cause))}
    return await BoardProcess.start(command, environment | cause_of_start, console)


@asynccontextmanager
async def _switched_on(nodes: Sequence[SimulatedNode], report: Report) -> AsyncGenerator[None]:
    slots = asyncio.Semaphore(_BOOTS_AT_ONCE)
    tasks = [asyncio.create_task(node.run(slots, report)) for node in nodes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _allow_files(nodes: int) -> None:
    """Make room for the open files of so many nodes; the system lets us, up to its hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, _FILES + _FILES_PER_NODE * nodes)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
