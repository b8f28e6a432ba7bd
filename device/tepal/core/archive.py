"""Reads zip archives that lie on flash: member by member, block by block.

The directory at the end is read entry by entry, as often as somebody looks for one, so that it takes
no memory. A member may look back as far as its content goes, up to 32 KB, which a small node does not
have in one piece: ``WINDOWS`` are tried, and what our host packs needs the first one only.
"""

# Of the part mqtt, which a release can leave out.

import binascii
import os

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
MOST = 300  # members
WINDOWS = (10, 15)  # the number of bytes as a power of two
_BLOCK = const(512)  # bytes
_END = const(b"PK\5\6")
_ENTRY = const(b"PK\1\2")
_LOCAL = const(b"PK\3\4")
_END_SIZE = const(22)
_ENTRY_SIZE = const(46)
_LOCAL_SIZE = const(30)
_MOST_COMMENT = const(1024)  # bytes that may follow the end record
_STORED = const(0)
_DEFLATED = const(8)
_ENCRYPTED = const(1)
_SMALLEST_WINDOW = const(9)


class Member:
    """One file of an archive; ``size`` is that of its content."""

    def __init__(self, entry: bytes, name: str):
        self.name = name
        self.flags = _word(entry, 8)
        self.method = _word(entry, 10)
        self.crc = _long(entry, 16)
        self.packed = _long(entry, 20)
        self.size = _long(entry, 24)
        self.at = _long(entry, 42)


class Archive:
    """``with Archive(path) as archive:``. All of it raises TepalError ``archive``, OSError."""

    def __init__(self, path: str):
        self.path = path
        self.length = os.stat(path)[6]

    def __enter__(self):
        self.file = open(self.path, "rb")
        try:
            self._find_directory()
        except BaseException:  # whatever ends this, a file that is open costs a kilobyte
            self.file.close()
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.file.close()

    def members(self):
        """Yield each Member; between two of them the file may be read elsewhere."""
        at = self.start
        for _ in range(self.count):
            entry = self._read(at, _ENTRY_SIZE)
            if entry[:4] != _ENTRY:
                raise _fault("an entry of the directory")
            size = _word(entry, 28)
            try:
                name = self._read(at + _ENTRY_SIZE, min(size, 256)).decode()
            except UnicodeError:
                name = ""  # nobody will ask for it
            yield Member(entry, name)
            at += _ENTRY_SIZE + size + _word(entry, 30) + _word(entry, 32)

    def find(self, name: str) -> Member:
        """Return the member of this name."""
        for member in self.members():
            if member.name == name:
                return member
        raise _fault(name)

    def blocks(self, member: Member, window: int):
        """Yield the content in blocks that are good until the next one; its checksum is checked."""
        source = self._unpacking(member, window)
        block = bytearray(_BLOCK)
        view = memoryview(block)
        left = member.size
        crc = 0
        while left:
            count = _fill(source, view[: min(_BLOCK, left)], member)
            crc = binascii.crc32(view[:count], crc)
            left -= count
            yield view[:count]
        if member.method == _DEFLATED and _fill(source, view[:1], member, is_end=True):
            raise _fault("no more than %d bytes in %s" % (member.size, member.name))
        if crc & 0xFFFFFFFF != member.crc:
            raise _fault("another checksum of " + member.name)

    def _unpacking(self, member: Member, largest: int):
        """Return what the content can be read from."""
        head = self._read(member.at, _LOCAL_SIZE)
        if head[:4] != _LOCAL or member.flags & _ENCRYPTED:
            raise _fault("a member that can be read at " + member.name)
        start = member.at + _LOCAL_SIZE + _word(head, 26) + _word(head, 28)
        if start + member.packed > self.length:
            raise _fault("all of " + member.name)
        self.file.seek(start)
        if member.method == _STORED and member.packed == member.size:
            return self.file
        if member.method != _DEFLATED:
            raise _fault("method 0 or 8 for " + member.name)
        import deflate

        window = _SMALLEST_WINDOW
        while 1 << window < member.size and window < largest:
            window += 1
        return deflate.DeflateIO(self.file, deflate.RAW, window)

    def _find_directory(self) -> None:
        for size in (_END_SIZE, _END_SIZE + _MOST_COMMENT):
            start = max(0, self.length - size)
            tail = self._read(start, self.length - start)
            at = tail.rfind(_END)
            if at >= 0 and len(tail) - at >= _END_SIZE:
                break
        else:
            raise _fault("the directory at the end")
        self.count = _word(tail, at + 10)
        self.start = _long(tail, at + 16)
        if _word(tail, at + 4) or self.count != _word(tail, at + 8) or self.count > MOST:
            raise _fault("one part with at most %d members" % MOST)

    def _read(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        data = self.file.read(size)
        if at < 0 or len(data) < size:
            raise _fault("more bytes")
        return data


def _fill(source, view, member: Member, is_end: bool = False) -> int:
    """Read into ``view``; at least a byte, unless it is the end."""
    try:
        count = source.readinto(view)
    except (OSError, EOFError, ValueError):
        raise _fault("content that can be unpacked in " + member.name)
    except MemoryError:
        raise TepalError("memory", "%s of %d bytes" % (member.name, member.size))
    if not count and not is_end:
        raise _fault("all of " + member.name)
    return count


def _word(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _long(data: bytes, at: int) -> int:
    return _word(data, at) | _word(data, at + 2) << 16


def _fault(expected: str) -> TepalError:
    return TepalError("archive", expected + " expected")
