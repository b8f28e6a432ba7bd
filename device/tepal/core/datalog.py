"""Lines in a file that does not grow for ever: a full one becomes <path>.1, and that one goes."""

import os

from micropython import const

from tepal.core import storage

RARE = True
_MAX_LINES = const(1000)
_MAX_LINE = const(200)  # characters
_MAX_FILE = const(32768)  # bytes


def append(path: str, line: str, limit: int) -> None:
    """Add one line; twice ``limit`` lines may be on flash. Raises: OSError."""
    line = line.replace("\n", " ")[:_MAX_LINE] + "\n"
    if _is_full(path, max(1, min(limit, _MAX_LINES))):
        storage.replace(path, path + ".1")
    with open(path, "a") as file:
        file.write(line)


def newest(path: str, limit: int) -> list[str]:
    """Return the last ``limit`` lines, oldest first."""
    found = []
    for name in (path + ".1", path):
        try:
            with open(name) as file:
                for line in file:
                    found.append(line.strip())
                    if len(found) > limit:
                        found.pop(0)
        except OSError:
            continue
    return found


def _is_full(path: str, limit: int) -> bool:
    try:
        if os.stat(path)[6] >= _MAX_FILE:
            return True
        with open(path) as file:
            for number, _ in enumerate(file):
                if number + 1 >= limit:
                    return True
    except OSError:
        pass
    return False
