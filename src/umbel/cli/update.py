"""``umbel update``: bring a release to nodes, and tell how it ended on each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.errors import UmbelError


def register(app: typer.Typer) -> None:
    app.command("update")(update)


def update(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NODE]...", help="The nodes.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="All known nodes.")] = False,
    outdated: Annotated[
        bool, typer.Option("--outdated", help="Those of all that run an older release.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would happen; change nothing.")
    ] = False,
    release: Annotated[
        Path | None,
        typer.Option(help="The release: a folder, or a zip file; else Tepal as it is here."),
    ] = None,
) -> None:
    """Bring a release to nodes, and follow each until it has confirmed it or gone back.

    A node that loses the connection goes on where it was. The node's own key proves that we may.
    The exit code is 0 only if all these nodes run the release then.
    """
    import asyncio

    from umbel.cli import _nodes, _updating
    from umbel.ota import offer

    if [bool(names), everyone, outdated].count(True) != 1:
        raise UmbelError(
            "name nodes, or say --all or --outdated", remedy="umbel update --all --dry-run"
        )
    nodes = _nodes.find_all(names or ())
    outcomes = asyncio.run(
        _updating.run(nodes, offer.release(release), only_older=outdated, is_dry=dry_run)
    )
    if not all(outcome.is_fine for outcome in outcomes):
        raise typer.Exit(1)
