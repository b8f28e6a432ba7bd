"""``umbel demo``: three nodes, the gateway and its page, in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli._first import First

if TYPE_CHECKING:
    from umbel.sim.plan import Plan
    from umbel.sim.runtime import Runtime
    from umbel.sim.simulation import Simulation

_HOUSE = {  # what a node is called, and what it does when it starts
    "attic": "dht22 load; dimmer set_value 400",
    "kitchen": "dht22 load; rgb color 900 500 120",
    "garden": "dht22 load; neopixel load pixels=12; neopixel color 0 60 20; switch load",
}


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    is_open: Annotated[bool, typer.Option("--open", help="Nobody needs a password.")] = False,
    first: First = "127.0.1.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of the gateway; 0 takes a free one.")
    ] = 8090,
) -> None:
    """Start three simulated nodes, the gateway and its page; Ctrl-C ends them all."""
    import asyncio

    from umbel.cli import _nodes
    from umbel.sim import runtime as runtimes
    from umbel.sim.plan import Board, Plan

    plan = Plan(
        boards=tuple(Board(name=name, boothook=hook) for name, hook in _HOUSE.items()),
        first_address=first,
        is_open=is_open,
        password=_nodes.password(),
    )
    asyncio.run(_run(plan, runtimes.choose("auto"), port))


async def _run(plan: Plan, runtime: Runtime, port: int) -> None:
    from umbel.cli import _running, _simulation

    stop = _running.stop_on_signal()
    async with _simulation.shown(plan, runtime, stop) as simulation:
        await _running.unless_stopped(stop, _live(simulation, plan, port))


async def _live(simulation: Simulation, plan: Plan, port: int) -> None:
    """Serve the page and make weather, until cancelled."""
    from umbel import api
    from umbel.cli import _running
    from umbel.fleet import Fleet
    from umbel.sim import weather

    token = None if plan.is_open else api.new_token()
    fleet = Fleet(node.node for node in simulation.nodes)
    async with fleet.watched(), _running.beside(weather.blow(simulation)):
        await api.serve(
            fleet, port=port, token=token, on_ready=lambda page: _invite(simulation, plan, page)
        )


def _invite(simulation: Simulation, plan: Plan, page: str) -> None:
    """Print what there is, and what to try."""
    attic, kitchen, garden = (node.node for node in simulation.nodes)
    user = "" if plan.is_open else f"-u umbel:{simulation.password} "
    print(f"\npage      {page}")
    if not plan.is_open:
        print(f"password  {simulation.password}")
    print(f"try       nc {attic.address.host} {attic.address.port}")
    print(f"          curl {user}{kitchen.url}/rest/dht22/measure")
    print(f"          umbel shell {garden.name} neopixel color 60 0 40")
    print(f"          umbel board {garden.name}")
    print("Ctrl-C ends it all", flush=True)
