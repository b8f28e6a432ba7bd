"""``umbel app run``: an app at work while it is written."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from umbel.cli import _app_common
from umbel.cli._app_common import IndexKeys, Unsigned
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.apps.index import Index
    from umbel.model import Node
    from umbel.sim.plan import Plan
    from umbel.sim.runtime import Runtime

_LOOK = 0.5  # seconds between two looks at the log
_LONG = 120.0  # seconds; the app's own beginning may take its time


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
        str,
        typer.Option(
            "--first",
            envvar="UMBEL_SIM_FIRST",
            help="The address of the node; if that is taken, one of the next.",
        ),
    ] = "127.0.1.1",
) -> None:
    """Run an app on a simulated node, show its log, and start it anew whenever it changes.

    What it needs comes from the folders beside it, else from the index. Ctrl-C ends it all.
    """
    _app_common.need()
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
        first_address=addresses.free(first, ports, taken),
        is_open=is_open,
        password=_nodes.password(),
    )
    asyncio.run(_run(wanted, runtime, folder.resolve(), index))


async def _run(plan: Plan, runtime: Runtime, folder: Path, index: Index | None) -> None:
    from umbel.cli import _running, _simulation

    stop = _running.stop_on_signal()
    async with _simulation.shown(plan, runtime, stop) as simulation:
        node = simulation.nodes[0].node
        print(f"page       {node.url}")
        if not plan.is_open:
            print(f"password   {simulation.password}")
        print("Ctrl-C ends it all", flush=True)
        workshop = _Workshop(node, folder, index)
        async with _running.beside(workshop.follow_log()):
            await _running.unless_stopped(stop, workshop.work())


class _Workshop:
    """One app on one node, brought there again whenever it has changed."""

    def __init__(self, node: Node, folder: Path, index: Index | None) -> None:
        self._node = node
        self._folder = folder
        self._index = index
        self._uid = folder.name
        self._sent: dict[str, bytes] = {}  # what the node has: digests by name
        self._said = ""

    async def work(self) -> None:
        """Bring what is there, and what changes, for ever."""
        from umbel.apps import beside
        from umbel.apps.watching import Watch

        watch = Watch()
        try:
            while True:
                watch.changed.clear()
                watch.follow(await asyncio.to_thread(beside.folders, self._folder))
                try:
                    await self._bring()
                except UmbelError as error:
                    self._complain(str(error))
                else:
                    self._said = ""
                await watch.changed.wait()
        finally:
            watch.end()

    async def follow_log(self) -> None:
        """Print what the app writes, and what becomes of it, for ever."""
        from umbel.apps import held
        from umbel.link.api import Api

        seen: list[str] = []
        state = ""
        async with Api(self._node) as api:
            while True:
                await asyncio.sleep(_LOOK)
                try:
                    own = [one for one in await held.listed(api) if one.uid == self._uid]
                    if not own:
                        continue
                    told = (await api.run(f"app log {self._uid}")).value
                except UmbelError:  # it restarts, or is busy; the next look may see it
                    continue
                lines = [str(one) for one in cast("list[object]", told or [])]
                for line in news(seen, lines):
                    print(f"{self._uid} | {line}", flush=True)
                seen = lines
                if own[0].state != state:
                    state = own[0].state
                    print(f"{self._uid}: {state}", flush=True)

    async def _bring(self) -> None:
        """Install and start what has changed.

        Raises:
            UmbelError: it is not good enough; what ran before still runs.
        """
        from umbel.apps import Source, beside, check, held, installing, planning
        from umbel.apps.check import has_errors
        from umbel.apps.supply import Supply, wanted
        from umbel.link.api import Api

        findings = await asyncio.to_thread(lambda: check(Source.at(self._folder)))
        if has_errors(findings):
            errors = [one.sentence for one in findings if one.rule.is_error]
            raise UmbelError("\n".join([*errors, *self._still()]))
        archives = await asyncio.to_thread(beside.packed, self._folder)
        fresh = {one.uid: one.release.manifest.digest for one in archives}
        if fresh == self._sent:
            return
        supply = Supply(archives, self._index)
        async with Api(self._node) as api:
            here = await held.look(api)
            steps = planning.install(here, supply, [wanted(archives[0])], downgrade=True)
            sending = [
                (one, archive)
                for one in steps
                for archive in [supply.archive(one.offer, here.platform)]
                if self._sent.get(archive.uid) != archive.release.manifest.digest
            ]
            for step, _ in sending:
                print(step, flush=True)
            outcome = await installing.send(self._node, sending, say=lambda _: None)
            if not outcome.is_fine:
                raise UmbelError("\n".join([f"error: {outcome}", *self._still()]))
            self._sent = fresh
            now = [one.state for one in await held.listed(api) if one.uid == self._uid]
            if now != ["running"]:
                await api.run(f"app start {self._uid}", within=_LONG)

    def _still(self) -> list[str]:
        return [f"{self._uid} goes on as it was"] if self._sent else []

    def _complain(self, text: str) -> None:
        """Say what is wrong, once."""
        if text != self._said:
            self._said = text
            print(text, file=sys.stderr, flush=True)


def news(before: Sequence[str], now: Sequence[str]) -> Sequence[str]:
    """The lines of ``now`` that come after those of ``before``; old ones may be gone."""
    for count in range(min(len(before), len(now)), 0, -1):
        if before[-count:] == now[:count]:
            return now[count:]
    return now
