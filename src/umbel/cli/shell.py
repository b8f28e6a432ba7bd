"""``umbel shell``: commands for a node, one or many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umbel.errors import NodeError

if TYPE_CHECKING:
    from umbel.cli._session import Session

_OF_THE_NODE = {"ignore_unknown_options": True}  # reboot -h, and numbers below zero


def register(app: typer.Typer) -> None:
    app.command("shell", context_settings=_OF_THE_NODE)(talk)


def talk(
    node: Annotated[str, typer.Argument(help="A node, by name, id or address.")],
    command: Annotated[
        list[str] | None, typer.Argument(help="A command: rgb color 10 20 30.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print answers as JSON.")] = False,
) -> None:
    """Run a command on a node, or talk with it.

    Without a command: on a terminal with history and completion, else line by line from standard
    input. The exit code is 0 only if every command worked.
    """
    from umbel.cli import _lines, _session

    async def work(session: Session) -> bool:
        from umbel.cli import _dialogue

        if command:
            return await _run_one(session, _lines.joined(command), as_json=as_json)
        return await _dialogue.talk(session, as_json=as_json)

    if not _session.run(node, work):
        raise typer.Exit(1)


async def _run_one(session: Session, line: str, *, as_json: bool) -> bool:
    from umbel.cli import _answers, _lines

    try:
        answer = await session.run(_lines.for_node(line))
    except NodeError as error:
        _answers.show_refusal(error, as_json=as_json)
        return False
    _answers.show(answer, as_json=as_json)
    return True
