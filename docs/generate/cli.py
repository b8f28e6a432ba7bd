"""The commands of ``umbel``, from the program itself."""

from __future__ import annotations

import typer.main
from docs.generate._table import table

from umbel import cli


def page() -> str:
    group = typer.main.get_command(cli.program())
    context = group.make_context("umbel", [], resilient_parsing=True)
    return "# Commands of `umbel`\n" + _commands(group, context)


def _commands(group, context) -> str:
    text = ""
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        text += f"\n## {inner.command_path}\n\n{(command.help or '').strip()}\n"
        if hasattr(command, "list_commands"):
            text += _commands(command, inner)
            continue
        rows = [
            (f"`{' '.join(parameter.opts)}`", _help(parameter), _default(parameter))
            for parameter in command.params
            if parameter.name != "help"
        ]
        text += "\n" + table(("parameter", "is", "default"), rows) if rows else ""
    return text


def _help(parameter) -> str:
    return (getattr(parameter, "help", None) or "").replace("\n", " ")


def _default(parameter) -> str:
    default = parameter.default
    return "" if default in (None, False) or callable(default) else f"`{default}`"
