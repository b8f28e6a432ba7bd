"""Restarts a board at a USB port, and shows what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.usb import Board

_UNTIL = "shell on port"  # what a node says when it can be reached
_PATIENCE = 60.0  # seconds for a first boot, which looks for Wi-Fi


def watched(board: Board) -> None:
    """Restart ``board``; a new node prints its passwords, once.

    Raises:
        UmbelError: its node did not come up.
    """
    is_up = False
    for line in board.restarted(_UNTIL, _PATIENCE):
        print(line, flush=True)
        is_up = is_up or _UNTIL in line
    if not is_up:
        raise UmbelError(f"the node at {board.port} did not come up within {_PATIENCE:g} s")
