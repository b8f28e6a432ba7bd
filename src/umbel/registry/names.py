"""Which node a person means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from umbel.errors import UnknownNode
from umbel.model import Address, Node

_MOST_LISTED = 8


def resolve(text: str, nodes: Sequence[Node]) -> Node:
    """The node that ``text`` means: a name, an id, an address, or the beginning of one name.

    An address at which no node is known gives a node that is called by it.

    Raises:
        UnknownNode: none is meant, or several are.
    """
    for fits in _ways(text):
        meant = [node for node in nodes if fits(node)]
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise UnknownNode(
                f"{text!r} may be {_listed(meant)}", remedy="write one of them in full"
            )
    if (address := _spelled_address(text)) is not None:
        return Node(name=str(address), address=address)
    known = f"known are {_listed(nodes)}" if nodes else "none is known yet"
    raise UnknownNode(f"no node is called {text!r}; {known}", remedy="umbel search, or umbel sim")


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """The nodes as people count: node2 before node10."""
    return sorted(nodes, key=lambda node: (_counted(node.name), node.address))


def _ways(text: str) -> tuple[Callable[[Node], bool], ...]:
    """The ways to mean a node, the plainest first."""
    folded = text.casefold()
    return (
        lambda node: node.name == text,
        lambda node: node.name.casefold() == folded,
        lambda node: bool(text) and node.id == text,
        lambda node: text in (node.address.host, str(node.address)),
        lambda node: bool(text) and node.name.casefold().startswith(folded),
    )


def _spelled_address(text: str) -> Address | None:
    """The address that ``text`` can only be: it has a dot or a colon, or is localhost."""
    if not (set(text) & set(".:") or text == "localhost"):
        return None
    try:
        return Address.parse(text)
    except ValueError:
        return None


def _listed(nodes: Sequence[Node]) -> str:
    shown = [f"{node.name} ({node.address})" for node in in_order(nodes)[:_MOST_LISTED]]
    rest = len(nodes) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _counted(name: str) -> tuple[str | int, ...]:
    """The name with its numbers as numbers; text and numbers take turns, so two compare."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))
