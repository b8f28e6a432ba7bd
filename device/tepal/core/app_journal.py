"""What is decided about an app is written down, then done; a power cut lets the next boot go on with it.

    apps/.journal    where what is staged goes, where goes what was there before, what shall go away

A step can be done again from wherever the one before has come to: there is only a way forward.
"""

# Of the part apps, which a release can leave out.

import os

from micropython import const

from tepal.core import storage
from tepal.core.folders import drop, make_folders

RARE = True
_RECORD = const("apps/.journal")
_NEW = const("apps/.new")
_STATE = const("apps/.state")
_PARTS = const(("data", "share", "manifest", "pack"))
_SHARE = const("share")  # belongs to all versions
_FOLDER = const(0x4000)
_ROOM = const("apps/.new/room")
_BLOCK = const(512)  # bytes
_BLOCKS = const(16)


async def replay(node) -> None:
    """Finish what was decided and forget what was not; call this at boot, before any app runs.

    Also empties ``temp`` of each app, and removes versions that nobody needs. Raises: OSError.
    """
    await _finish(node)
    await drop(_NEW)
    node.sweep()
    await _tidy()


async def prepare(work) -> None:
    """Begin with an empty staging folder, and nothing else to be done. Raises: OSError."""
    await _finish(work.node)
    await drop(_NEW)
    storage.make_folder("apps")
    storage.make_folder(_NEW)


async def commit(work) -> None:
    """Decide that what is staged takes its place. Raises: OSError, then nothing was decided.

    Folders are made before, and room is kept for the renames: a flash that is full must say so now.
    """
    if work.kept:
        await drop(work.kept)
    for folder in (work.to, work.kept):
        make_folders(folder + "/")
    with open(_ROOM, "wb") as file:
        block = bytes(_BLOCK)
        for _ in range(_BLOCKS):
            if file.write(block) != _BLOCK:
                raise OSError(28)  # ENOSPC
    storage.write(_RECORD, {"uid": work.uid, "to": work.to, "kept": work.kept, "drop": []})


async def forward(work) -> None:
    """Do what was decided. Raises: OSError, the next boot goes on with it."""
    await _finish(work.node)


async def end(work) -> None:
    """Undo what was not decided, and start again what was stopped."""
    try:
        if not storage.exists(_RECORD):
            await drop(_NEW)
            for folder in (work.kept, work.to):
                _leave(folder)
    except OSError as error:  # the next installation begins with that
        work.node.log.warn("apps: " + str(error))
    work.is_changing = False
    if work.stopped:
        await _resume(work)


def _leave(folder: str) -> None:
    """Remove folders that were made for nothing, from the innermost on."""
    while "/" in folder:
        try:
            os.rmdir(folder)
        except OSError:
            if storage.exists(folder):
                return  # with something in it
        folder = folder.rpartition("/")[0]


async def _finish(node) -> None:
    # A record that a power cut has kept from its place does not count.
    if storage.exists(_RECORD):
        record, _, faults = storage.newest(_RECORD)
        for fault in faults:
            node.log.err("apps: " + fault)
        if record:
            storage.remove(_ROOM)
            if record["to"]:
                await _place(record["to"], record["kept"])
            for path in record["drop"]:
                await drop(path)
            if record["drop"]:
                _forget(record["uid"])
        storage.remove(_RECORD)
        await drop(_NEW)
    storage.remove(_RECORD + ".new")


async def _place(to: str, kept: str) -> None:
    """Put what is staged in its place, and what was there in another."""
    for name in _PARTS:
        new, place = _NEW + "/" + name, to + "/" + name
        if not storage.exists(new):
            continue  # there was none, or it is done
        if storage.exists(place):
            if kept and name != _SHARE:
                os.rename(place, kept + "/" + name)
            elif os.stat(place)[0] & _FOLDER:
                await drop(place)
        os.rename(new, place)


def _forget(uid: str) -> None:
    """Remove the folder of an app if nothing is left in it, and that it shall run."""
    try:
        os.rmdir("apps/" + uid)
    except OSError:  # what it wrote stays
        pass
    states = storage.newest(_STATE)[0] or {}
    if uid in states:
        states.pop(uid)
        storage.write(_STATE, states)


async def _tidy() -> None:
    from tepal.core import app_prune

    await app_prune.everything()


async def _resume(work) -> None:
    from tepal.core import app_running

    stopped, work.stopped = work.stopped, []
    await app_running.resume(work.node, stopped)
