"""Apps onto a board at a USB port: they are left in its inbox, and it installs them when it starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from umbel.apps.planning import Step
from umbel.apps.supply import Supply
from umbel.cli import _restart
from umbel.usb import Board

_INBOX = "apps/inbox"


def install(board: Board, steps: Sequence[Step], supply: Supply, platform: str) -> None:
    """Copy what the steps want, and restart the board.

    Raises:
        UmbelError: the flash is full, or the board is gone, or does not come up.
    """
    with TemporaryDirectory() as place:
        files: dict[str, Path] = {}
        for number, step in enumerate(steps, 1):
            archive = supply.archive(step.offer, platform)
            name = f"{number:02}-{archive.name}"  # it takes them in this order
            files[name] = Path(place, name)
            archive.release.save(files[name])
            print(f"copying {archive.name}, {-(-archive.size // 1024)} KB …", flush=True)
        board.put_below(_INBOX, files)
    _restart.watched(board)
