"""``umbel status``: how the nodes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from umbel.link.state import State

_COLOURS = {
    "up": "green",
    "offline": "red",
    "refused": "red",
    "locked": "yellow",
    "busy": "yellow",
}


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NODE]...", help="Some nodes instead of all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how every known node is; those that do not answer are shown as offline."""
    import asyncio

    from umbel.cli import _nodes, _output
    from umbel.link import state

    nodes = _nodes.find_all(names or ())
    states = asyncio.run(state.of_all(nodes))
    if as_json:
        _output.print_json([_record(one) for one in states])
    elif states:
        headings = ("name", "address", "version", "memory", "uptime", "state", "auth")
        _output.print_table(headings, (_row(one) for one in states))
    else:
        print("no node is known; find some: umbel search, or simulate some: umbel sim")


def _record(state: State) -> dict[str, object]:
    return {
        "name": state.node.name,
        "id": state.node.id,
        "host": state.node.address.host,
        "shell": state.node.address.port,
        "web": state.node.web_port,
        "version": state.version,
        "memory": {"used": state.memory_used, "free": state.memory_free},
        "uptime": state.uptime,
        "state": state.state,
        "auth": state.auth,
        "network": state.network,
        "board": state.board,
        "reason": state.reason,
    }


def _row(state: State) -> tuple[str, ...]:
    from umbel.cli._output import escaped

    auth = {True: "on", False: "[yellow]off[/]", None: ""}[state.auth]
    return (
        escaped(state.node.name),
        str(state.node.address),
        escaped(state.version or ""),
        _memory(state),
        _uptime(state.uptime),
        f"[{_COLOURS[state.state]}]{state.state}[/]",
        auth,
    )


def _memory(state: State) -> str:
    if state.memory_used is None or state.memory_free is None:
        return ""
    total = state.memory_used + state.memory_free
    return f"{state.memory_used // 1024} of {total // 1024} KB"


def _uptime(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    clock = f"{hour}:{minute:02}:{second:02}"
    return f"{days} d {clock}" if days else clock
