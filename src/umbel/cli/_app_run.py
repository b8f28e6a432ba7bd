"""``umbel app run``: an app at work while it is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import _app_common, _first
from umbel.cli._app_common import IndexKeys, Unsigned

if TYPE_CHECKING:
    from umbel.apps.index import Index
    from umbel.sim.plan import Plan
    from umbel.sim.runtime import Runtime

_MOST_OTHERS = 255  # nodes


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the app.")],
    where: Annotated[
        str | None,
        typer.Option("--index", metavar="DIR|URL", help="Where apps come from that it needs."),
    ] = None,
    key: IndexKeys = None,
    unsigned: Unsigned = False,
    is_open: Annotated[bool, typer.Option("--open", help="The node wants no password.")] = False,
    first: Annotated[
        str | None,
        typer.Option(
            "--first",
            help="Where the node listens: 127.0.2.1, or one of the next if that is taken.",
        ),
    ] = None,
) -> None:
    """Run an app on a simulated node, show its log, and start it anew whenever it changes.

    What it needs comes from the folders beside it, else from the index. Ctrl-C ends it all.
    """
    _app_common.need()
    import asyncio

    from umbel.apps import Source
    from umbel.cli import _nodes
    from umbel.registry import simulations
    from umbel.sim import addresses, plan
    from umbel.sim import runtime as runtimes

    uid = Source.at(folder).uid
    index = _app_common.index(where, key, unsigned=unsigned) if where else None
    runtime = runtimes.choose("micropython")  # nodes on CPython mount no apps
    taken = {node.address.host for one in simulations.running() for node in one.nodes}
    ports = (plan.SHELL_PORT, plan.WEB_PORT)
    wanted = plan.Plan(
        boards=(plan.Board(name=uid.replace(".", "-")),),
        first_address=addresses.free(first or _behind_others(), ports, taken),
        is_open=is_open,
        password=_nodes.password(),
    )
    asyncio.run(_run(wanted, runtime, folder.resolve(), index))


def _behind_others() -> str:
    """An address that ``umbel sim`` does not need, even if it is started later."""
    from umbel.sim import addresses, plan

    return addresses.from_first(os.environ.get(_first.VARIABLE, plan.FIRST_ADDRESS), _MOST_OTHERS)[
        -1
    ]


async def _run(plan: Plan, runtime: Runtime, folder: Path, index: Index | None) -> None:
    from umbel.cli import _running, _simulation
    from umbel.cli._app_workshop import Workshop
    from umbel.link.api import Api

    stop = _running.stop_on_signal()
    async with _simulation.shown(plan, runtime, stop) as simulation:
        node = simulation.nodes[0].node
        print(f"page: {node.url}")
        if not plan.is_open:
            print(f"password: {simulation.password}")
        print("Ctrl-C ends it all", flush=True)
        async with Api(node) as api:
            workshop = Workshop(api, folder, index)
            async with _running.beside(workshop.follow_log()):
                await _running.unless_stopped(stop, workshop.work())
