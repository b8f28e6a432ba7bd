"""``umbel pins``: which GPIO a logical name means on a board."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("pins")(pins)


def pins(
    board: Annotated[
        str | None,
        typer.Argument(help="A board, or a map of your own: IO_mine.py. Without it: all boards."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the pins of a board: every GPIO with the names that modules know it by."""
    from umbel.build import pin_maps
    from umbel.cli import _output

    if board is None:
        maps = [pin_maps.read(name) for name in pin_maps.boards()]
        if as_json:
            _output.print_json({one.board: one.pins for one in maps})
        else:
            _output.print_table(("board", "pins"), [(one.board, one.about) for one in maps])
        return
    chosen = pin_maps.read(board)
    if as_json:
        _output.print_json(chosen.pins)
        return
    print(_output.escaped(chosen.about), end="\n\n")
    rows = [(str(gpio), ", ".join(names)) for gpio, names in chosen.by_gpio().items()]
    _output.print_table(("GPIO", "names"), rows)
