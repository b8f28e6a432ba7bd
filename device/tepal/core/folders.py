"""Folders on flash: made with those around them, removed with all that is in them."""

import asyncio
import os

from micropython import const

RARE = True
_FOLDER = const(0x4000)


def make_folders(path: str) -> None:
    """Make the folders in which ``path`` lies. Raises: OSError."""
    end = path.find("/")
    while end > 0:
        try:
            os.mkdir(path[:end])
        except OSError:
            if not _is_there(path[:end]):
                raise
        end = path.find("/", end + 1)


def _is_there(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True


async def drop(path: str) -> None:
    """Remove a file, or a folder with all that is in it, if it is there. Raises: OSError."""
    try:
        is_folder = os.stat(path)[0] & _FOLDER
    except OSError:  # it is gone already
        return
    if not is_folder:
        os.remove(path)
        return
    for name in os.listdir(path):
        await drop(path + "/" + name)
        await asyncio.sleep_ms(0)
    os.rmdir(path)
