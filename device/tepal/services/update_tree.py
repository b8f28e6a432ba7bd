"""A folder that somebody promotes without a manifest, as ota-promoter does: its files come to flash.

What is here of it is known by two files that the original's client keeps too: ``.version``, a line,
and ``.files``, lines of checksum and path. The checksum is the SHA-1 of a content and its path.
A ``main.py`` takes the place of ``user_main.py``, for ours is the loader.
"""

import hashlib
import os

from micropython import const

from tepal.core import file_set, journal, storage
from tepal.formats import file_list
from tepal.formats.errors import TepalError
from tepal.services import update_http

RARE = True
_VERSION = const(".version")
_FILES = const(".files")
_WANTED = const("update/http.new")
_MARK = const(8)  # bytes by which a line is known again
_TRIES = const(3)
_MOST_VERSION = const(128)  # bytes


def version() -> str:
    """Return which version is here; empty if none is."""
    try:
        with open(_VERSION) as file:
            return file.read(_MOST_VERSION).strip()
    except (OSError, UnicodeError):
        return ""


async def take(node, source, asked: bool) -> bool:
    """Stage what is new and commit it; the caller restarts. False if there is nothing to do.

    Raises: TepalError: those of Source and of the journal, ``promoter``, ``update_file``.
    """
    for _ in range(_TRIES):
        wanted = await update_http.promoted(source)
        if wanted == version():
            return False
        files = journal.open(node, "http", wanted, asked)
        try:
            if await _stage(files, source, wanted):
                return files.commit()
        finally:
            files.close()
    raise TepalError("promoter", "its files change faster than they can be fetched")


async def _stage(files, source, wanted: str) -> bool:
    """Stage all of one version; False if there is another one by now."""
    known = _Marks()
    for line in _lines(_FILES):
        known.add(line)
    with open(_WANTED, "w") as file:
        is_whole, has_program = await _list(source, wanted, file)
    if not is_whole:
        return False
    paths = _Marks()
    for line in _lines(_WANTED):
        checksum, sha256, size, path = line.split(" ", 3)
        paths.add(path)
        place = _place(path, has_program)
        file_set.check(place)
        if not known.has(checksum + " " + path) or not _is_there(place, int(size)):
            file = (path, place, checksum, int(size), sha256)
            if not await _fetch(files, source, file):
                if await update_http.promoted(source) != wanted:
                    return False
                raise TepalError("promoter", "expected " + path)
    for line in _lines(_FILES):
        path = line.partition(" ")[2]
        if not paths.has(path):
            _let_go(files, _place(path, has_program))
    if await update_http.promoted(source) != wanted:
        return False
    _note(files, wanted)
    return True


def _note(files, wanted: str) -> None:
    """Stage what tells the next time which files and which version are here."""
    staged = files.file(_FILES)
    for line in _lines(_WANTED):
        checksum, _, _, path = line.split(" ", 3)
        staged.write((checksum + " " + path + "\n").encode())
    staged.finish()
    staged = files.file(_VERSION)
    staged.write(wanted.encode())
    staged.finish()


async def _list(source, wanted: str, file) -> tuple:
    """Write what is promoted to ``file``; return whether it is ``wanted``, and has a program."""
    if await source.get("/files") != 200:
        raise TepalError("promoter", "expected /files")
    found = file_list.FileList()
    total = hashlib.sha1()  # noqa: S324 - so the original has it
    has_program = False

    def keep(block: bytes) -> None:
        nonlocal has_program
        for path, checksum, size, sha256 in found.take(block):
            total.update(checksum.encode())
            has_program = has_program or path in ("user_main.py", "user_main.mpy")
            file.write("%s %s %d %s\n" % (checksum, sha256 or "-", size, path))

    await _read_list(source, keep)
    listed = found.end()
    # The original hands out lists that are half old and half new while files change.
    return listed == wanted == total.digest().hex(), has_program


async def _read_list(source, take) -> None:
    block = await source.read()
    while block:
        take(block)
        block = await source.read()


async def _fetch(files, source, wanted: tuple) -> bool:
    """Stage a file, once more if it was cut off; False if it is not there any more."""
    left = _TRIES
    while True:
        try:
            return await _fetch_once(files, source, wanted)
        except TepalError as error:
            left -= 1
            if error.code not in ("no_answer", "unreachable") or not left:
                raise


async def _fetch_once(files, source, wanted: tuple) -> bool:
    path, place, checksum, size, sha256 = wanted
    if await source.get("/files/" + checksum) != 200:
        return False
    staged = files.file(place, size if size >= 0 else None)
    try:
        digest = hashlib.sha1()  # noqa: S324 - so the original has it
        block = await source.read()
        while block:
            digest.update(block)
            staged.write(block)
            block = await source.read()
        digest.update(path.encode())
        if digest.digest().hex() != checksum:
            raise TepalError("update_file", path + " is not what was announced")
        staged.finish("" if sha256 == "-" else sha256)
        return True
    finally:
        staged.close()


def _let_go(files, place: str) -> None:
    try:
        files.remove(place)
    except TepalError as error:
        if error.code != "update_protected":
            raise
        # An original client has brought it; now it belongs to the node.


def _place(path: str, has_program: bool) -> str:
    return "user_main.py" if path == "main.py" and not has_program else path


def _is_there(place: str, size: int) -> bool:
    try:
        return size in (-1, os.stat(place)[6])
    except OSError:
        return False


def _lines(path: str):
    """Yield the lines of a file; none if it is not there."""
    if storage.exists(path):
        with open(path) as file:
            for line in file:
                if " " in line.strip():
                    yield line.rstrip("\n")


class _Marks:
    """A set of lines in eight bytes each."""

    def __init__(self):
        self._all = bytearray()

    def add(self, line: str) -> None:
        self._all += self._mark(line)

    def has(self, line: str) -> bool:
        mark = self._mark(line)
        start = self._all.find(mark)
        while start >= 0 and start % _MARK:
            start = self._all.find(mark, start + 1)
        return start >= 0

    def _mark(self, line: str) -> bytes:
        return hashlib.sha256(line.encode()).digest()[:_MARK]
