"""What the commands of ``umbel app`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.apps.index import Index
    from umbel.model import Node

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Uid = Annotated[str, typer.Argument(metavar="APP", help="The name of the app.")]
NodeNames = Annotated[
    list[str] | None, typer.Option("--node", metavar="NODE", help="A node; may be repeated.")
]
Everyone = Annotated[bool, typer.Option("--all", help="All known nodes.")]
IndexKeys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Wanted signatures of the index. One of any known key."),
]
Unsigned = Annotated[bool, typer.Option("--unsigned", help="Take an unsigned index.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; change nothing.")]
_EXTRA = "pip install 'umbel[apps]'"


def need() -> None:
    """Say how to get what ``umbel app`` is made with."""
    import importlib.util

    for name in ("packaging", "PIL", "resolvelib"):
        if importlib.util.find_spec(name) is None:
            raise UmbelError(f"umbel app wants {name}, which is not installed", remedy=_EXTRA)


def nodes(names: Sequence[str] | None, *, everyone: bool) -> list[Node]:
    """The nodes that options mean.

    Raises:
        UmbelError: none are meant, or one is not known.
    """
    from umbel.cli import _nodes

    if bool(names) == everyone:
        raise UmbelError("name nodes, or say --all", remedy="--node NODE, which may be repeated")
    found = list({node.address: node for node in _nodes.find_all(names or ())}.values())
    if not found:
        raise UmbelError("no node is known", remedy="umbel search")
    return found


def index(where: str, keys: Sequence[str] | None, *, unsigned: bool) -> Index:
    """The index at ``where``, signed as it should be.

    Raises:
        UmbelError: it is not, or there is none.
    """
    from umbel.apps import fetching
    from umbel.apps.index import Index
    from umbel.cli import _keys

    found = Index(fetching.of(where), _keys.named(keys or ()))
    refuse_unsigned(found, where, keys, unsigned=unsigned)
    return found


def refuse_unsigned(
    found: Index, where: str, keys: Sequence[str] | None, *, unsigned: bool
) -> None:
    """Refuse an index that lacks a wanted signature."""
    from umbel.cli import _keys

    lacking: set[str] = set() if unsigned else {one.name for one in _keys.named(keys or ())}
    signers = {one.name for one in found.signers}
    if lacking and (lacking - signers if keys else not signers):
        raise UmbelError(
            f"the index at {where} is not signed by {' or '.join(sorted(lacking))}",
            remedy=f"umbel app index DIR --key {sorted(lacking)[0]}; --unsigned takes it as it is",
        )
