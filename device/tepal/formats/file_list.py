"""The list of a promoter, read as it comes: a list of some hundred files is larger than the memory.

    {"files":[{"path":"…","checksum":"…","size":1,"sha256":"…"},…],"version":"…"}

Entries are JSON each, what stands around them is JSON too; both are bounded.
"""

import json

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
MOST = 500  # files
_MOST_ENTRY = 1024  # bytes
_MOST_AROUND = 512  # bytes
_MOST_PATH = 96  # characters
_QUOTE = 0x22
_COMMA = 0x2C
_BACKSLASH = 0x5C
_OPEN = b"[{"
_CLOSE = b"]}"


class FileList:
    """``take`` blocks, each returns the files in it: (path, checksum, size or -1, SHA-256 or "").

    Raises: TepalError ``promoter``, with what was expected.
    """

    def __init__(self):
        self.count = 0
        self._around = bytearray()  # the document without its entries
        self._entry = bytearray()
        self._depth = 0
        self._in_text = self._is_escaped = False

    def take(self, block: bytes) -> list:
        """Return the files that end in ``block``."""
        found = []
        for byte in block:
            if self._in_text:
                self._keep(byte)
                self._follow_text(byte)
                continue
            if byte in _OPEN:
                self._depth += 1
                if self._depth > 3:
                    raise _fault("plain entries")
            if byte != _COMMA or self._depth != 2:
                self._keep(byte)
            if byte in _CLOSE:
                self._depth -= 1
                if self._depth == 2:
                    found.append(self._file())
            self._in_text = byte == _QUOTE
        return found

    def end(self) -> str:
        """Return the version that the list is of."""
        try:
            document = json.loads(bytes(self._around).decode())
            files, version = document["files"], document["version"]
        except (ValueError, KeyError, TypeError):
            raise _fault("files and a version")
        if files not in ([], None) or not _is_hex(version, 40):
            raise _fault("files and a version")
        return version

    def _follow_text(self, byte: int) -> None:
        """See whether the text ends here."""
        if self._is_escaped:
            self._is_escaped = False
        elif byte == _QUOTE:
            self._in_text = False
        else:
            self._is_escaped = byte == _BACKSLASH

    def _keep(self, byte: int) -> None:
        kept, most = self._around, _MOST_AROUND
        if self._depth > 2:
            kept, most = self._entry, _MOST_ENTRY
        if len(kept) == most:
            raise _fault("at most %d bytes in one piece" % most)
        kept.append(byte)

    def _file(self) -> tuple:
        self.count += 1
        if self.count > MOST:
            raise _fault("at most %d files" % MOST)
        try:
            entry = json.loads(bytes(self._entry).decode())
            path, checksum = entry["path"], entry["checksum"]
            size, sha256 = entry.get("size", -1), entry.get("sha256", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _fault("path and checksum")
        self._entry = bytearray()
        if not is_safe(path):
            raise _fault("a path below the root, not " + str(path)[:_MOST_PATH])
        if not _is_hex(checksum, 40) or (sha256 != "" and not _is_hex(sha256, 64)):
            raise _fault("a checksum of " + path)
        if not isinstance(size, int) or not -1 <= size < 1 << 24:
            raise _fault("a size of " + path)
        return path, checksum, size, sha256


def is_safe(path: object) -> bool:
    """Tell whether a file may be called so: below the root, and nothing odd."""
    if not isinstance(path, str) or not 0 < len(path) <= _MOST_PATH or "\\" in path:
        return False
    if min(path) < " " or "\x7f" in path:
        return False
    return not [name for name in path.split("/") if name in ("", ".", "..")]


def _is_hex(text, size: int) -> bool:
    if not isinstance(text, str) or len(text) != size:
        return False
    return not [char for char in text if char not in "0123456789abcdef"]


def _fault(expected: str) -> TepalError:
    return TepalError("promoter", "expected " + expected)
