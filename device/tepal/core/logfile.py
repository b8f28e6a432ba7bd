"""The part of the log that survives a reboot: <folder>/<level>.sys.log."""

import os

from micropython import const

from tepal.core import storage

RARE = True
_MAX_FILE = const(4096)  # bytes; a full file becomes <name>.1
_LEVELS = const(("boot", "warn", "err"))


def append(folder: str, level: str, line: str) -> None:
    """Write one line."""
    path = folder + "/" + level.lower() + ".sys.log"
    try:
        with open(path, "a") as file:
            file.write(line + "\n")
        if os.stat(path)[6] > _MAX_FILE:
            storage.replace(path, path + ".1")
    except OSError as error:  # a full flash must not stop what the log tells about
        print("log:", error)


def alarms(folder: str) -> list[str]:
    """Return the warnings, then the errors on flash, oldest first."""
    found = []
    for level in _LEVELS[1:]:
        for ending in (".sys.log.1", ".sys.log"):
            try:
                with open(folder + "/" + level + ending, "rb") as file:
                    found += [_text(line) for line in file]
            except OSError:
                continue
    return found


def _text(line: bytes) -> str:
    try:
        return line.decode().strip()
    except UnicodeError:
        return "(a damaged line)"


def clear(folder: str) -> None:
    """Delete the log files."""
    for level in _LEVELS:
        storage.remove(folder + "/" + level + ".sys.log")
        storage.remove(folder + "/" + level + ".sys.log.1")
