"""Options that say which of Tepal's files go along: load modules, and parts that one can do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.build.stage import Selection

Modules = Annotated[
    list[str] | None,
    typer.Option("--module", help="Carry this load module; may be repeated. All of them."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Leave out this part: mqtt, telegram; may be repeated."),
]


def of(
    modules: Iterable[str] | None,
    without: Iterable[str] | None,
    platforms: Iterable[str] | None,
) -> Selection:
    """What these options mean, with the pin maps of ``platforms`` or of all."""
    from umbel.build.stage import Selection

    return Selection(
        modules=None if modules is None else frozenset({"system", *modules}),
        pin_maps=frozenset(platforms) if platforms else None,
        without=frozenset(without or ()),
    )
