"""``umbel app install`` and ``upgrade``: what is to be done is shown, then done, node by node."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import _app_common
from umbel.cli._app_common import AsJson, DryRun, Everyone, IndexKeys, NodeNames, Unsigned
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.apps.archive import Archive
    from umbel.apps.held import Held
    from umbel.apps.planning import Step
    from umbel.apps.supply import Supply
    from umbel.apps.wanted import Wanted
    from umbel.cli._app_bringing import Ended, Planner

_ZIP = ".zip"


def install(  # noqa: PLR0913, PLR0917 - each is an option
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT…",
            help="An archive, the folder of an app, or with --index a name: acme, acme-1.x.x.",
        ),
    ],
    node: NodeNames = None,
    everyone: Everyone = False,
    where: Annotated[
        str | None,
        typer.Option(
            "--index", metavar="DIR|URL", help="Where names come from, and what is needed."
        ),
    ] = None,
    key: IndexKeys = None,
    unsigned: Unsigned = False,
    port: Annotated[
        str | None, typer.Option(help="Over USB instead: /dev/ttyACM0. See umbel ports.")
    ] = None,
    downgrade: Annotated[
        bool, typer.Option("--downgrade", help="Take an older version than is there.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Install apps on nodes, and before them what they need.

    With --index a word is a name; a folder is then written with a slash: ./acme.
    The node's own key proves that we may. The exit code is 0 only if all nodes have it then.
    """
    _app_common.need()
    import asyncio

    from umbel.apps import planning
    from umbel.apps.supply import Supply
    from umbel.cli import _app_bringing

    if port and (node or everyone):
        raise UmbelError("--port is a board of its own: no --node, no --all")
    nodes = [] if port else _app_common.nodes(node, everyone=everyone)
    index = _app_common.index(where, key, unsigned=unsigned) if where else None
    archives, wanted = _read(what, has_index=index is not None)
    supply = Supply(archives, index)

    def plan(held: Held) -> list[Step]:
        return planning.install(held, supply, wanted, downgrade=downgrade)

    if port:
        _over_usb(port, plan, supply, is_dry=dry_run)
        return
    done = _app_bringing.carry_out(nodes, plan, supply, is_dry=dry_run, as_json=as_json)
    _end(asyncio.run(done), as_json=as_json)


def upgrade(  # noqa: PLR0913, PLR0917 - each is an option
    where: Annotated[
        str, typer.Option("--index", metavar="DIR|URL", help="The index to choose from.")
    ],
    uids: Annotated[
        list[str] | None, typer.Argument(metavar="[APP]…", help="These alone; all of them.")
    ] = None,
    node: NodeNames = None,
    everyone: Everyone = False,
    key: IndexKeys = None,
    unsigned: Unsigned = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring apps on nodes to the newest version, and what they need.

    What an app needs moves within its range: acme-1.x.x follows, acme-1.0.2 stays.
    """
    _app_common.need()
    import asyncio

    from umbel.apps import planning
    from umbel.apps.supply import Supply
    from umbel.cli import _app_bringing

    nodes = _app_common.nodes(node, everyone=everyone)
    supply = Supply((), _app_common.index(where, key, unsigned=unsigned))

    def plan(held: Held) -> list[Step]:
        for sentence in planning.taken_back(held, supply):
            print(f"note: {sentence}", file=sys.stderr)
        return planning.upgrade(held, supply, uids or ())

    done = _app_bringing.carry_out(nodes, plan, supply, is_dry=dry_run, as_json=as_json)
    _end(asyncio.run(done), as_json=as_json)


def _over_usb(port: str, plan: Planner, supply: Supply, *, is_dry: bool) -> None:
    """Copy everything: who is asked over USB does not say which apps it has."""
    from umbel import usb
    from umbel.apps.held import Held
    from umbel.cli import _app_usb

    board = usb.Board(port)
    platform = board.about().platform
    steps = plan(Held(platform=platform))
    print(f"{port}: {', '.join(step.offer.name for step in steps)}", flush=True)
    if not is_dry:
        _app_usb.install(board, steps, supply, platform)
        print("when it has started, umbel app list --node NODE tells what became of it")


def _read(what: Sequence[str], *, has_index: bool) -> tuple[list[Archive], list[Wanted]]:
    """The archives that are named, and all that is wanted."""
    from umbel.apps import Archive, supply
    from umbel.apps.wanted import Wanted

    archives: list[Archive] = []
    wanted: list[Wanted] = []
    for text in what:
        is_path = "/" in text or text.endswith(_ZIP) or not has_index
        if not is_path:
            wanted.append(Wanted.parse(text))
            continue
        path = Path(text)
        if not path.exists():
            remedy = (
                None if is_path and text.endswith(_ZIP) else "--index DIR|URL, if it is a name"
            )
            raise UmbelError(f"there is no {text}", remedy=remedy)
        archives.append(supply.from_folder(path) if path.is_dir() else Archive.read(path))
        wanted.append(supply.wanted(archives[-1]))
    return archives, wanted


def _end(ended: Sequence[Ended], *, as_json: bool) -> None:
    from umbel.cli import _output

    if as_json:
        _output.print_json([one.as_json() for one in ended])
    if not all(one.outcome.is_fine for one in ended):
        raise typer.Exit(1)
