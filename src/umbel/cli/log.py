"""``umbel log``: what nodes write in their logs."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("log")(log)


def log(
    names: Annotated[list[str], typer.Argument(metavar="NODE...", help="One node or several.")],
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, help="So many of the newest lines first.")
    ] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new lines; Ctrl-C ends.")
    ] = False,
) -> None:
    """Print the newest lines of the logs of nodes, and new ones as they are written."""
    import asyncio

    from umbel.cli import _log, _nodes

    nodes = _nodes.find_all(names)
    if not asyncio.run(_log.show(nodes, lines, follow=follow)):
        raise typer.Exit(1)
