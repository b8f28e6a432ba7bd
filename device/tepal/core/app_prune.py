"""Older versions that nobody needs any more go away."""

# Of the part apps, which a release can leave out.

import os

from micropython import const

RARE = True
_APPS = const("apps/")
_VERSIONS = const("/versions")
_INBOX = const("inbox")  # no app


def note(work) -> None:
    """Remember what nobody needs now: it may be here for an app that comes next."""
    work.spare = _spare()


async def tidy(work) -> None:
    """Remove what nobody needs since ``note``. Raises: OSError."""
    for folder in _spare():
        if folder not in work.spare and folder != work.to:
            await _drop(folder)


async def everything() -> None:
    """Remove all that nobody needs, and what is temporary. Raises: OSError."""
    for name in _names(_APPS):
        await _drop(_APPS + name + "/temp")
    folders = _spare()
    while folders:  # one may have been the only one to need another
        for folder in folders:
            await _drop(folder)
        folders = _spare()
    for name in _names(_APPS):
        for folder in (_APPS + name + _VERSIONS, _APPS + name):
            _leave(folder)


def _spare() -> list:
    """Return the folders of the older versions that nobody needs."""
    found = []
    for name in _names(_APPS):
        folder = _APPS + name + _VERSIONS
        found += [folder + "/" + version for version in _names(folder)]
    return _without_needed(found) if found else found


def _without_needed(found: list) -> list:
    from tepal.core import shelf
    from tepal.formats import appnames

    for uid in shelf.uids():
        for _, folder in shelf.versions(uid):
            for name, wanted in appnames.dependencies(shelf.config(folder, uid)):
                chosen = shelf.choose(name, wanted)
                if chosen and chosen[1] in found:
                    found.remove(chosen[1])
    return found


def _names(folder: str) -> list:
    try:
        return sorted([name for name in os.listdir(folder) if name[0] != "." and name != _INBOX])
    except OSError:  # there are none
        return []


async def _drop(folder: str) -> None:
    from tepal.core import folders

    await folders.drop(folder)
    _leave(folder.rpartition("/")[0])


def _leave(folder: str) -> None:
    """Remove a folder if it is empty."""
    try:
        os.rmdir(folder)
    except OSError:  # it is not, or it is not there
        pass
