"""Installs wheels: a wheel that lies on flash becomes a part of a set of files.

Everything goes to ``lib``, its ``.dist-info`` too, from which ``packages`` knows what is installed.
"""

# Of the part mqtt, which a release can leave out.

import asyncio
import gc
import json
import os

from micropython import const

from tepal.core import moving
from tepal.core.archive import WINDOWS, Archive
from tepal.core.packages import METADATA, ORIGIN, RECORD, fields, installed, records
from tepal.formats import wheel
from tepal.formats.errors import TepalError

RARE = True
_WHEEL = const("/WHEEL")
_DATA = const(".data")
_MOST_NOTES = const(4)
_PATIENCE = const(30)  # tries; code that somebody has used leaves memory after 20 seconds
_PAUSE_MS = const(1000)


async def install(path: str, files, expected: str, digest: str, about) -> list:
    """Add the wheel at ``path`` to a set of files; return notes on what was left out.

    ``expected`` is the name that the package must have, ``digest`` the SHA-256 of the wheel, which
    was checked, ``about`` says what this node is.
    Raises: TepalError ``wheel``, ``archive``, ``memory`` and those of file_set; OSError.
    """
    notes = []
    with Archive(path) as archive:
        folder = _info_folder(archive)
        record = await _stage(archive, archive.find(folder + RECORD), files, "")
        for name in (METADATA, _WHEEL):
            member = archive.find(folder + name)
            await _stage(archive, member, files, _recorded(record, member))
        _check(folder, files, expected, about)
        hunted = archive.members()
        for listed, hashed, size in records(record):
            if listed in (folder + RECORD, folder + METADATA, folder + _WHEEL):
                continue
            if not hashed or listed.split("/")[0].endswith(_DATA):
                if len(notes) < _MOST_NOTES:
                    notes.append(listed + " is left out")
                continue
            if files.keep("lib/" + listed, hashed):
                continue
            member, hunted = _next(archive, hunted, listed)
            _check_size(member, size)
            await _stage(archive, member, files, hashed)
    text = {"url": "", "archive_info": {"hashes": {"sha256": digest}}}
    files.put("lib/" + folder + ORIGIN, json.dumps(text).encode())
    for _, _, old in installed(expected):
        _let_go(old, files)
    return notes


def _next(archive: Archive, hunted, name: str) -> tuple:
    """Return (the member ``name``, where to go on): mostly both lists are in one order."""
    for member in hunted:
        if member.name == name:
            return member, hunted
    return archive.find(name), archive.members()


def _info_folder(archive: Archive) -> str:
    found = ""
    for member in archive.members():
        folder, _, rest = member.name.partition("/")
        if rest == RECORD[1:] and wheel.split(folder)[0]:
            if found:
                raise TepalError("wheel", "one .dist-info expected")
            found = folder
    if not found:
        raise TepalError("wheel", "a .dist-info with a RECORD expected")
    return found


def _check(folder: str, files, expected: str, about) -> None:
    """Refuse a wheel of another name, or for another machine."""
    known = {}
    for number, _, _, _, path in files.listed():
        if path in ("lib/" + folder + METADATA, "lib/" + folder + _WHEEL):
            known.update(fields(moving.staged(number)))
    names = known.get("name", [""]) + [wheel.split(folder)[0]]
    for name in names:
        if wheel.normal(name) != wheel.normal(expected):
            raise TepalError("wheel", "%s expected, not %s" % (expected, name or "no name"))
    if known.get("wheel-version", ["0"])[0].split(".")[0] != "1":
        raise TepalError("wheel", "Wheel-Version 1 expected")
    tags = known.get("tag", [])
    if not [tag for tag in tags if wheel.runs(tag, about)]:
        raise TepalError("wheel_unfit", "not for this node: " + (", ".join(tags)[:80] or "no tag"))


def _check_size(member, size: int) -> None:
    if member.size != size:
        raise TepalError("wheel", "%s has not the size that RECORD says" % member.name)


def _recorded(record: str, member) -> str:
    """Return the hash that RECORD has for a member."""
    for listed, digest, size in records(record):
        if listed == member.name and digest:
            _check_size(member, size)
            return digest
    raise TepalError("wheel", "RECORD: a hash of %s expected" % member.name)


async def _stage(archive: Archive, member, files, digest: str) -> str:
    """Put a member into the set; return where it is staged."""
    staged = files.file("lib/" + member.name, member.size)
    try:
        await _unpack_somehow(archive, member, staged)
        staged.finish(digest)
    finally:
        staged.close()
    await asyncio.sleep_ms(0)
    return staged.place


async def _unpack_somehow(archive: Archive, member, staged) -> None:
    """Unpack with the window that the member wants, in memory that others may still have."""
    window, patience = WINDOWS[0], _PATIENCE
    while True:
        try:
            return await _unpack(archive, member, staged, window)
        except TepalError as error:
            if error.code == "archive" and window == WINDOWS[0]:
                window = WINDOWS[1]
                continue
            if error.code != "memory" or not patience:
                raise
        patience -= 1
        gc.collect()
        await asyncio.sleep_ms(_PAUSE_MS)


async def _unpack(archive: Archive, member, staged, window: int) -> None:
    staged.start(member.size)
    for block in archive.blocks(member, window):
        staged.write(block)
        if not staged.count & 4095:
            await asyncio.sleep_ms(0)


def _let_go(old: str, files) -> None:
    """Remove what an installed package had and the new one has not."""
    try:
        for path, _, _ in records(old + RECORD):
            _remove(files, "lib/" + path)
    except TepalError as error:
        if error.code != "wheel":
            raise
        # Nobody can read this record; what it has stays.
    _remove_all(files, old)


def _remove_all(files, folder: str) -> None:
    """A .dist-info may hold what nobody has recorded."""
    for name in os.listdir(folder):
        path = folder + "/" + name
        if os.stat(path)[0] & 0x4000:
            _remove_all(files, path)
        else:
            _remove(files, path)


def _remove(files, path: str) -> None:
    try:
        if not files.has(path):
            files.remove(path)
    except TepalError as error:
        if error.code == "flash":
            raise
        # A record of others may name what no update may touch; so it stays.
