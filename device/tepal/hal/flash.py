"""What a release must know of a board before it comes: what it runs, and what its flash can do."""

import os
import sys

import machine

RARE = True


def about() -> tuple:
    """Return (bytecode as in sys.implementation._mpy, version of MicroPython, platform, board)."""
    here = sys.implementation
    platform = getattr(machine, "PLATFORM", sys.platform)  # a simulated board names what it plays
    return getattr(here, "_mpy", 0), here.version, platform, getattr(here, "_build", "")


def is_fat() -> bool:
    """Tell whether the files lie in FAT, where nothing is replaced in one step."""
    try:
        import vfs

        for mounted, path in vfs.mount():
            if path == "/":
                return type(mounted).__name__ == "VfsFat"
    except (ImportError, TypeError):  # older firmware does not tell; FAT alone takes any case
        pass
    if hasattr(machine, "PLATFORM"):  # simulated: whatever the host has, it is no FAT on flash
        return False
    try:
        os.stat("MAIN.PY")
    except OSError:
        return False
    return "MAIN.PY" not in os.listdir()
