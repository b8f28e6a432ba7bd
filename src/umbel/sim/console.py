"""What a board printed: the newest of it, in a file that does not grow."""

from __future__ import annotations

from collections import deque
from pathlib import Path

_LARGEST_FILE = 256 * 1024  # bytes; the one before is kept too
_KEPT_LINES = 12


class Console:
    """Writes to ``path``; what was there before becomes ``path.1``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size if path.exists() else 0
        self._newest: deque[str] = deque(maxlen=_KEPT_LINES)

    def write(self, line: bytes) -> None:
        """Add one line."""
        if self._size > _LARGEST_FILE:
            self._path.replace(self._path.with_suffix(".log.1"))
            self._size = 0
        with self._path.open("ab") as file:
            self._size += file.write(line)
        self._newest.append(line.decode(errors="replace").rstrip())

    def newest(self) -> str:
        """The last lines since the simulation began."""
        return "\n".join(self._newest)
