"""The lines that were typed, kept for the next time; what is secret in them is not."""

from __future__ import annotations

from pathlib import Path

from prompt_toolkit.history import FileHistory

from umbel.cli import _lines


class MaskedHistory(FileHistory):
    """A history in a file that only this user may read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        super().__init__(str(path))

    def append_string(self, string: str) -> None:
        """Remember a line, with stars for what is secret in it."""
        super().append_string(_lines.masked(string))
