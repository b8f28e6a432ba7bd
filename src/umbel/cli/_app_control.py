"""``umbel app list``, ``start``, ``stop``, ``log`` and ``remove``: what nodes do with their apps."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from umbel.cli import _app_common
from umbel.cli._app_common import AsJson, Everyone, NodeNames, Uid
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.apps.held import App
    from umbel.link.api import Api
    from umbel.model import Node

T = TypeVar("T")
_AT_ONCE = 16
_LONG = 120.0  # seconds; a setup script may take its time
_COLOURS = {"running": "green", "failed": "red"}


def list_apps(node: NodeNames = None, everyone: Everyone = False, as_json: AsJson = False) -> None:
    """List the apps on nodes."""
    _app_common.need()
    from umbel.apps import held
    from umbel.cli import _output

    answers = _ask(_app_common.nodes(node, everyone=everyone), held.listed)
    found = [(where, app) for where, apps in answers if isinstance(apps, list) for app in apps]
    if as_json:
        _output.print_json([{"node": where.name, **_record(app)} for where, app in found])
    elif found:
        headings = ("node", "app", "version", "state", "title")
        _output.print_table(headings, [_row(where, app) for where, app in found])
    elif not any(isinstance(answer, UmbelError) for _, answer in answers):
        print("no apps; umbel app install brings some")
    _end(answers)


def start(uid: Uid, node: NodeNames = None, everyone: Everyone = False) -> None:
    """Start an app on nodes; it starts with them from then on."""
    _do("start", uid, node, everyone=everyone)


def stop(uid: Uid, node: NodeNames = None, everyone: Everyone = False) -> None:
    """Stop an app on nodes."""
    _do("stop", uid, node, everyone=everyone)


def log(uid: Uid, node: NodeNames = None, everyone: Everyone = False) -> None:
    """Show what an app has written into its log."""
    _do("log", uid, node, everyone=everyone)


def remove(
    uid: Uid,
    node: NodeNames = None,
    everyone: Everyone = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="What it has written too: data, share, settings.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Even if its uninstall script fails.")
    ] = False,
) -> None:
    """Remove an app from nodes; what it has written stays, for the case that it comes back."""
    more = (" purge=True" if purge else "") + (" force=True" if force else "")
    _do("remove", uid, node, everyone=everyone, more=more)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_apps,
    "start": start,
    "stop": stop,
    "log": log,
    "remove": remove,
}


def _do(
    command: str, uid: str, names: Sequence[str] | None, *, everyone: bool, more: str = ""
) -> None:
    _app_common.need()
    from umbel.apps.wanted import Wanted

    if not Wanted.parse(uid).versions == (None, None, None):
        raise UmbelError(f"{uid}: a name alone expected")
    nodes = _app_common.nodes(names, everyone=everyone)

    async def ask(api: Api) -> str:
        return (await api.run(f"app {command} {uid}{more}", within=_LONG)).text

    answers = _ask(nodes, ask)
    for node, answer in answers:
        if isinstance(answer, UmbelError):
            continue
        for line in answer.splitlines() if command == "log" else [answer]:
            print(f"{node.name}: {line}" if command != "log" or len(nodes) > 1 else line)
    _end(answers)


def _ask(
    nodes: Sequence[Node], ask: Callable[[Api], Awaitable[T]]
) -> list[tuple[Node, T | UmbelError]]:
    """What each node answers, or why it does not."""
    import asyncio

    from umbel.gathering import gather
    from umbel.link.api import Api

    async def one(node: Node) -> T | UmbelError:
        try:
            async with Api(node) as api:
                return await ask(api)
        except UmbelError as error:
            return error

    return list(zip(nodes, asyncio.run(gather(one, nodes, at_once=_AT_ONCE)), strict=True))


def _end(answers: Sequence[tuple[Node, object]]) -> None:
    """Say what went wrong; with a single node as every command does."""
    errors = [(node, answer) for node, answer in answers if isinstance(answer, UmbelError)]
    if len(answers) == len(errors) == 1:
        raise errors[0][1]
    for node, error in errors:
        text = str(error).removeprefix(f"{node.name}: ").removeprefix(f"{node.name} ")
        print(f"{node.name}: {text}", file=sys.stderr)
    if errors:
        raise typer.Exit(1)


def _record(app: App) -> dict[str, str]:
    return {"app": app.uid, "version": app.version, "state": app.state, "title": app.title}


def _row(node: Node, app: App) -> tuple[str, ...]:
    from umbel.cli._output import escaped

    colour = _COLOURS.get(app.state)
    state = escaped(app.state)
    return (
        escaped(node.name),
        escaped(app.uid),
        escaped(app.version),
        f"[{colour}]{state}[/]" if colour else state,
        escaped(app.title),
    )
