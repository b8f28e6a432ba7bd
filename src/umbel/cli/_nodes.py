"""Which node a command line means, and what opens it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from umbel import registry
from umbel.errors import UmbelError
from umbel.model import Access, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_PASSWORD = "UMBEL_PASSWORD"  # noqa: S105 - where it is, not what it is


def find(text: str) -> Node:
    """The node that ``text`` means, with the password of the environment if there is one.

    Raises:
        UnknownNode: none is meant, or several are.
    """
    return with_access(registry.resolve(text, registry.nodes()))


def find_all(texts: Sequence[str]) -> list[Node]:
    """The nodes that ``texts`` mean; all that are known where there are none."""
    known = registry.nodes()
    meant = [registry.resolve(text, known) for text in texts] if texts else known
    return [with_access(node) for node in meant]


def password() -> str | None:
    """The password of the environment."""
    return os.environ.get(_PASSWORD) or None


def with_access(node: Node) -> Node:
    """``node`` with the password of the environment, which wins over what is remembered."""
    given = password()
    return replace(node, access=Access(password=given)) if given else node


def ask_password(node: Node) -> Access:
    """The password that somebody types.

    Raises:
        UmbelError: nobody is there to type.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UmbelError(
            f"{node.name} wants a password", remedy=f"{_PASSWORD}=… in the environment"
        )
    from getpass import getpass

    return Access(password=getpass(f"password of {node.name}: "))
