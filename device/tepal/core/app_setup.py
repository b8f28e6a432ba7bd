"""Installing an app: what it begins with, or has written before, is staged too."""

# Of the part apps, which a release can leave out.

import os

from micropython import const

from tepal.core import storage
from tepal.core.folders import make_folders
from tepal.core.listing import BLOCK, Listing, pause

RARE = True
_NEW = const("apps/.new")
_SHARE = const("share")
_FOLDER = const(0x4000)
_DEFLATED = const(".z")


async def begin(work) -> None:
    """Stop the app, and stage ``data`` and ``share`` where they will change. Raises: OSError.

    An app begins with what is in its archive; what is there already stays as it is.
    """
    is_beside = work.place != "base"
    is_first = is_beside or not work.was
    if not is_first:
        await stop(work)
    if work.script:
        storage.make_folder(_NEW + "/data")
    for name in ("data", _SHARE):
        is_copied = is_first or work.script or (work.kept and name != _SHARE)
        if is_copied and not (is_beside and name == _SHARE):
            await _copy(work.to + "/" + name, _NEW + "/" + name)
            if is_first:
                await _unpack(work.uid, name)


async def stop(work) -> None:
    """Stop the app, and whoever has it mounted, until the work is done."""
    from tepal.core import app_running

    work.is_changing = True
    work.stopped = await app_running.pause(work.node, work.uid)


async def _copy(source: str, target: str) -> None:
    """Copy a folder, or nothing if it is not there."""
    if not storage.exists(source):
        return
    if os.stat(source)[0] & _FOLDER:
        storage.make_folder(target)
        for name in os.listdir(source):
            await _copy(source + "/" + name, target + "/" + name)
        return
    with open(source, "rb") as file:
        await _write(file, target)


async def _unpack(uid: str, folder: str) -> None:
    """Write the files of a folder in the pack, but none that is there."""
    from start import Pack

    listing = Listing(_NEW + "/manifest")
    head = uid + "/" + folder + "/"
    for _ in range(listing.count):
        with listing:
            path = listing.next()[0]
        if path.startswith(head):
            path = path[: -len(_DEFLATED)] if path.endswith(_DEFLATED) else path
            target = _NEW + path[len(uid) :]
            if not storage.exists(target):
                make_folders(target)
                pack = Pack(_NEW)
                file = pack.open(path, "")
                try:
                    # One that was zipped already goes on with what stands behind it.
                    await _write(file, target, pack.size if path.endswith(".gz") else -1)
                finally:
                    file.close()


async def _write(file, target: str, left: int = -1) -> None:
    done = 0
    with open(target, "wb") as written:
        block = file.read(BLOCK if left < 0 else min(BLOCK, left))
        while block:
            if written.write(block) != len(block):
                raise OSError(28)  # ENOSPC
            done += len(block)
            await pause(done)
            block = file.read(BLOCK if left < 0 else min(BLOCK, left - done))
    await pause(0)
