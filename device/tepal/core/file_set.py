"""A set of files that is being gathered: each is staged on flash, and checked there.

files = journal.open(node, "mqtt", name)
staged = files.file("lib/fan.py", 1200)
staged.write(block)
staged.finish(sha256)
files.remove("lib/old.py")
files.commit()     # then restart the node
files.close()      # in any case
"""

import binascii
import os
import time

from micropython import const

from tepal.core import journal, moving, storage
from tepal.formats import paths
from tepal.formats.errors import TepalError

RARE = True
_PART = const("update/list.new")
_SCRATCH = const("update/package.new")
_MOST = const(300)  # files
_LARGEST = const(1 << 20)  # bytes of a file
_RESERVE = const(32768)  # bytes of flash that folders take, and that the node needs to go on
_SILENCE_MS = const(60000)  # after which somebody else may begin
_FOLDER = const(0x4000)
_GUARDED = const(" boot.py main.py sys release config update data logs ")
_GUARDED_HEADS = const(("boot.st", "secrets", "provision"))
_NONE = const("-")
# A module of such a name at the top, or in one of these folders, would be found before the one the node needs.
_SEARCHED = const(("lib", "modules"))
_NEEDED = const(
    " tepal drivers start asyncio _asyncio binascii builtins collections cryptolib deflate dht errno"
    " esp32 espnow aioespnow gc hashlib io json machine math micropython neopixel network os random"
    " rp2 select socket ssl struct sys time tls vfs webrepl _webrepl websocket "
)


class FileSet:
    """One file at a time is on its way. Raises of all methods: TepalError ``update_path``, ``full``, ``flash`` and what they say."""

    def __init__(self, node, source: str, name: str):
        self.node = node
        self.feed = source
        self.name = name
        self.used = time.ticks_ms()
        self.count = 0
        self.seen = set()
        try:
            storage.make_folder(moving.FOLDER[:-1])
            moving.drop()
            open(_PART, "wb").close()
        except OSError as error:
            raise _flash(error)
        node.session = self

    def file(self, path: str, size=None) -> "Staged":
        """Return what takes the bytes of a file; ``size`` where it is known."""
        self._take(path)
        if size is not None:
            self.check_room(size)
        return Staged(self, path, moving.staged(self.count), size)

    def scratch(self) -> "Staged":
        """Return what takes the bytes of a file that is no part of the set, but of use for it."""
        return Staged(self, "", _SCRATCH, None)

    def remove(self, path: str) -> None:
        """Let a file go; nothing happens if it is not there."""
        self._take(path)
        if storage.exists(path):
            self.add(path, _NONE, 0)

    def put(self, path: str, data: bytes) -> None:
        """Add a small file that is known as a whole."""
        staged = self.file(path, len(data))
        try:
            staged.write(data)
            staged.finish()
        finally:
            staged.close()

    def keep(self, path: str, sha256: str) -> bool:
        """Let a file be as it is, if that is what is wanted; tell whether it is."""
        self._take(path)
        try:
            is_same = moving.digest_of(path) == sha256
        except OSError:
            return False
        if is_same:
            self.seen.add(_short(path))
        return is_same

    def has(self, path: str) -> bool:
        """Tell whether the set says something about a file."""
        return _short(path) in self.seen

    def listed(self):
        """Yield (number, "f", SHA-256, size, path) of all that shall change."""
        return moving.lines(_PART)

    def is_alive(self) -> bool:
        """Tell whether it was at work a short time ago."""
        return time.ticks_diff(time.ticks_ms(), self.used) < _SILENCE_MS

    def commit(self) -> bool:
        """Let the next boot put all in its place; the caller restarts. False if there is nothing."""
        if not self.count:
            return False
        try:
            with open(moving.LIST, "wb") as file:
                for _, _, digest, size, path in self.listed():
                    line = "%s %s %d %s\n" % (_what(path, digest), digest, size, path)
                    file.write(line.encode())
            storage.remove(_PART)
            journal.commit(self.feed, self.name, self.node.network.state)
        except OSError as error:
            raise _flash(error)
        return True

    def close(self) -> None:
        """End the gathering; what was not committed is forgotten."""
        if self.node.session is self:
            self.node.session = None
            if not journal.pending():
                storage.remove(_PART)
                moving.drop()

    def check_room(self, size: int) -> None:
        """Raises: TepalError ``full`` unless so many bytes fit."""
        status = os.statvfs(".")
        free = status[1] * status[3]
        if size > _LARGEST or size + _RESERVE > free:
            raise TepalError("full", "%d bytes do not fit, %d are free" % (size, free))

    def add(self, path: str, digest: str, size: int) -> None:
        """Note what shall happen to a file."""
        try:
            with open(_PART, "ab") as file:
                file.write(("f %s %d %s\n" % (digest, size, path)).encode())
        except OSError as error:
            raise _flash(error)
        self.seen.add(_short(path))
        self.count += 1

    def _take(self, path: str) -> None:
        check(path)
        if self.count >= _MOST:
            raise TepalError("full", "at most %d files in an update" % _MOST)
        if self.has(path):
            raise TepalError("update_path", path + " twice")
        # A folder in the place of a file, or a file in that of a folder, is no way to go.
        end = path.find("/")
        while end > 0:
            if _kind(path[:end]) == 0:
                raise TepalError("update_path", path[:end] + " is a file here")
            end = path.find("/", end + 1)
        if _kind(path):
            raise TepalError("update_path", path + " is a folder here")


class Staged:
    """A file on its way: ``write`` its blocks, then ``finish``; or ``close`` to let it be."""

    def __init__(self, files: FileSet, path: str, place: str, size):
        self.files = files
        self.path = path
        self.place = place
        self.size = size
        self.count = 0
        try:
            self.file = open(self.place, "wb")  # noqa: SIM115 - it stays open from block to block
        except OSError as error:
            raise _flash(error)

    def start(self, size: int, at: int = 0) -> None:
        """Say that ``size`` bytes come now, which begin at ``at``: what is there gives way."""
        if at > self.count:
            raise TepalError("update_file", self.path + " lacks a part")
        self.files.check_room(at + size)
        try:
            if at:
                self.file.seek(at)
            else:
                self.file.close()
                self.file = open(self.place, "wb")  # noqa: SIM115 - as above
        except OSError as error:
            raise _flash(error)
        self.count = at

    def write(self, block) -> None:
        """Add a block."""
        self.count += len(block)
        if self.count > (_LARGEST if self.size is None else self.size):
            raise TepalError("update_file", self.path + " is longer than it should be")
        self.files.used = time.ticks_ms()
        try:
            self.file.write(block)
        except OSError as error:
            raise _flash(error)

    def is_known(self) -> bool:
        """Leave it out of the set if the same is on flash already; tell whether it is."""
        self.file.close()
        return self.files.keep(self.path, moving.digest_of(self.place))

    def finish(self, sha256: str = "") -> str:
        """Take the file into the set as it is on flash now, and return its SHA-256 in hex.

        Raises: TepalError ``update_file`` if it is not ``sha256``, or has another size.
        """
        try:
            self.file.close()
            found = moving.digest_of(self.place)
            if self.size not in (None, self.count) or sha256 not in ("", found):
                raise TepalError("update_file", (self.path or "it") + " is not what was announced")
        except OSError as error:
            raise _flash(error)
        if self.path:
            self.files.add(self.path, found, self.count)
        return found

    def close(self) -> None:
        """Forget the file if it is not finished."""
        self.file.close()


def check(path: str) -> None:
    """Refuse a path that no update may have.

    Raises: TepalError ``update_path``, ``update_protected``.
    """
    if not paths.is_path(path.replace("+", "_")):  # versions may have a plus
        raise TepalError("update_path", "letters, digits and ._- expected, not " + path[:96])
    top, _, rest = path.partition("/")
    top = top.lower()
    if " " + top + " " in _GUARDED or [head for head in _GUARDED_HEADS if top.startswith(head)]:
        raise TepalError("update_protected", path + " belongs to the node")
    module = (rest if top in _SEARCHED else path).partition("/")[0].partition(".")[0]
    if " " + module + " " in _NEEDED:
        raise TepalError("update_protected", path + " would stand before what the node needs")


def _short(path: str) -> int:
    return (
        binascii.crc32(path.encode()) & 0x3FFFFFFF
    )  # so small that it takes no memory of its own


def _what(path: str, digest: str) -> str:
    if digest == _NONE:
        return moving.REMOVED
    return moving.CHANGED if storage.exists(path) else moving.NEW


def _kind(path: str):
    """Return 0 for a file, another number for a folder; None if there is nothing."""
    try:
        return os.stat(path)[0] & _FOLDER
    except OSError:
        return None


def _flash(error: OSError) -> TepalError:
    return TepalError("flash", "update: " + str(error))
