"""Older versions that nobody needs any more go away."""

# Of the part apps, which a release can leave out.

import os

from tepal.core import app_journal, shelf
from tepal.formats import appnames

RARE = True


def note(work) -> None:
    """Remember what nobody needs now: it may be here for an app that comes next."""
    work.spare = spare()


async def tidy(work) -> None:
    """Remove what nobody needs since ``note``. Raises: OSError."""
    for folder in spare():
        if folder not in work.spare and folder != work.to:
            await _drop(folder)


async def everything(node) -> None:
    """Remove all that nobody needs, and what is temporary. Raises: OSError."""
    for uid in shelf.uids():
        for folder in [shelf.home(uid)] + _beside(uid):
            await app_journal.drop(folder + "/temp")
    folders = spare()
    while folders:  # one may have been the only one to need another
        for folder in folders:
            await _drop(folder)
        folders = spare()
    for uid in shelf.uids():
        _leave(shelf.home(uid) + "/versions")
    for name in os.listdir(shelf.ROOT):
        if name[0] != "." and name != "inbox":
            _leave(shelf.ROOT + "/" + name)


def spare() -> list:
    """Return the folders of the older versions that nobody needs."""
    found = []
    for uid in shelf.uids():
        found += _beside(uid)
    for uid in shelf.uids() if found else ():
        for _, folder in shelf.versions(uid):
            for name, wanted in appnames.dependencies(shelf.config(folder, uid)):
                chosen = shelf.choose(name, wanted)
                if chosen and chosen[1] in found:
                    found.remove(chosen[1])
    return found


def _beside(uid: str) -> list:
    folder = shelf.home(uid) + "/versions"
    try:
        return [folder + "/" + name for name in sorted(os.listdir(folder))]
    except OSError:  # there are none
        return []


async def _drop(folder: str) -> None:
    await app_journal.drop(folder)
    _leave(folder.rpartition("/")[0])


def _leave(folder: str) -> None:
    """Remove a folder if it is empty."""
    try:
        os.rmdir(folder)
    except OSError:  # it is not, or it is not there
        pass
