"""``umbel sim``: simulated nodes on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli._first import First

if TYPE_CHECKING:
    from umbel.sim.plan import Plan
    from umbel.sim.runtime import Runtime


def register(app: typer.Typer) -> None:
    app.command("sim")(simulate)


def simulate(
    nodes: Annotated[int, typer.Option("--nodes", "-n", min=1, max=1000, help="How many.")] = 1,
    runtime: Annotated[
        str, typer.Option(help="auto, micropython or cpython; auto prefers MicroPython.")
    ] = "auto",
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep their flash here; else it is forgotten.")
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help="New nodes want no password.")] = False,
    portal: Annotated[
        bool, typer.Option("--portal", help="New nodes know no Wi-Fi: they ask for it at /setup.")
    ] = False,
    first: First = "127.0.1.1",
) -> None:
    """Simulate nodes: the very files of a board, on this computer.

    They listen at 127.0.1.1, 127.0.1.2 and so on, with the ports of a board, and every command
    finds them by name. Ctrl-C ends them all. The password of new nodes is that of UMBEL_PASSWORD,
    or a new one.
    """
    import asyncio

    from umbel.cli import _nodes
    from umbel.sim import runtime as runtimes
    from umbel.sim.plan import Plan, numbered

    plan = Plan(
        boards=numbered(nodes, knows_wifi=not portal),
        first_address=first,
        folder=folder,
        is_open=is_open,
        password=_nodes.password(),
    )
    asyncio.run(_run(plan, runtimes.choose(runtime)))


async def _run(plan: Plan, runtime: Runtime) -> None:
    from umbel.cli import _running, _simulation

    stop = _running.stop_on_signal()
    async with _simulation.shown(plan, runtime, stop) as simulation:
        if not plan.is_open:
            print(f"password: {simulation.password}")
        print(f"consoles: {simulation.folder.root}/<name>/console.log")
        print("Ctrl-C ends them all", flush=True)
        await stop.wait()
