"""The manifest of a release: what a node reads before it takes any file, line by line as it comes.

    tepal-release 1
    name: tepal
    version: 0.2.0
    sequence: 2000
    mpy: 6
    platform: esp32 rp2
    files: 2 1044
    <sha256 in hex> <size> <path>
    <sha256 in hex> <size> <path>
    signature: rsa <id of the key> <hex>

The first line, the head, the files in the order of their paths; what stands up to the last file is
hashed and signed as it stands. Signatures follow it. A reader skips keys of the head that it does
not know: what it must understand raises the number in the first line. ``docs/adr/0011-manifest.md``
says why. The archive of an app has such a manifest too; it begins with ``tepal-app 1`` and has no
sequence (ADR 13). What was signed as one of them is never taken for the other.
"""

import binascii
import hashlib

from tepal.formats.errors import TepalError
from tepal.formats.paths import is_path, is_plain

try:
    from micropython import const  # pyright: ignore[reportAssignmentType]
except ImportError:  # on the host, which imports this file as it is

    def const(value):
        return value


RARE = True
LIMITS = (500, 1 << 20, 1 << 23, 65536)  # files; bytes of a file, of all files, of a manifest
_KEY_SIZE = const(384)  # bytes, as formats.rsa has it, which would stay in memory
_MAX_KEYS = const(4)
_MAGIC = const("tepal-%s 1")
_MAX_LINE = const(1024)  # bytes
_MAX_HEAD = const(40)  # lines
_MAX_VALUE = const(128)  # characters
_MAX_SIGNATURES = const(4)
_NUMBERS = const(("sequence", "downgrade"))
_WORDS = const(("name", "version", "mpy", "micropython", "platform", "board"))


class Manifest:
    """``take`` each line, then ``end``; what was said so far is in the attributes.

    ``kind`` is what it must be of: release, app.

    Raises: TepalError ``manifest``, with the line and what was expected there.
    """

    def __init__(self, kind: str = "release"):
        self.kind = kind
        self.head = {}  # key: text, and int for sequence and downgrade
        self.keys = []  # moduli of new keys, as bytes
        self.retired = []  # ids of keys that are no longer trusted
        self.signatures = []  # (kind, id, bytes)
        self.count = self.size = 0  # of files, as the head says
        self.left = 0  # files that are still to come
        self.digest = b""  # SHA-256 of what is signed, once the last file was taken
        self._hash = hashlib.sha256()
        self._line = self._length = self._total = 0
        self._path = ""

    def take(self, line: bytes):
        """Return ``(path, size, SHA-256)`` if the line lists a file, else None.

        ``line`` ends in a newline, or in whatever else a reader found at its limit.
        """
        self._line += 1
        self._length += len(line)
        if self._length > LIMITS[3]:
            raise self._fault("at most %d bytes" % LIMITS[3])
        if not 1 < len(line) <= _MAX_LINE or line[-1:] != b"\n":
            raise self._fault("a whole line of 1 to %d bytes" % _MAX_LINE)
        if min(line[:-1]) < 32 or max(line) > 126:
            raise self._fault("printable ASCII")
        text = line[:-1].decode()
        if self.digest:
            return self._take_signature(text)
        self._hash.update(line)
        if self.count:
            return self._take_file(text)
        if self._line > 1:
            return self._take_head(text)
        if text != _MAGIC % self.kind:
            raise self._fault(_MAGIC % self.kind)
        return None

    def end(self) -> None:
        """Say that there are no more lines."""
        if not self.count:
            raise self._fault("the list of files")
        if self.left:
            raise self._fault("%d more files" % self.left)

    def _take_head(self, text: str) -> None:
        key, colon, value = text.partition(": ")
        if self._line > _MAX_HEAD or not colon or not value or value != value.strip():
            raise self._fault("key: value")
        if max(len(self.keys), len(self.retired)) > _MAX_KEYS:
            raise self._fault("at most %d keys" % _MAX_KEYS)
        if key == "key":
            self.keys.append(self._bytes(value, _KEY_SIZE))
        elif key == "retire":
            self.retired.append(_hex(self._bytes(value, 8)))
        elif key in self.head:
            raise self._fault(key + " once")
        elif key in _NUMBERS:
            self.head[key] = self._number(value, 999999999)
        elif key == "files":
            self._begin(value)
        elif key in _WORDS:
            if len(value) > _MAX_VALUE or not is_plain(value.replace(" ", "").replace("+", "")):
                raise self._fault("up to 128 letters, digits and ._-+")
            self.head[key] = value

    def _begin(self, value: str) -> None:
        for key in ("name", "version", "sequence"):
            if key not in self.head and (key != "sequence" or self.kind == "release"):
                raise self._fault(key + " before the files")
        count, _, size = value.partition(" ")
        self.size = self._number(size, LIMITS[2])
        self.count = self.left = self._number(count, LIMITS[0])
        if not self.count:
            raise self._fault("a file")

    def _take_file(self, text: str) -> tuple:
        words = text.split(" ")
        if len(words) != 3 or words[0] != words[0].lower():
            raise self._fault("SHA-256, size and path")
        digest = self._bytes(words[0], 32)
        size = self._number(words[1], LIMITS[1])
        path = words[2]
        if not is_path(path):
            raise self._fault("a path of letters, digits and ._- below the release")
        if order(path) <= order(self._path) or path.startswith(self._path + "/"):
            raise self._fault("each path once, in order, and none below a file")
        self._path = path
        self._total += size
        self.left -= 1
        if not self.left:
            if self._total != self.size:
                raise self._fault("%d bytes in all, not %d" % (self.size, self._total))
            self.digest = self._hash.digest()
        return path, size, digest

    def _take_signature(self, text: str) -> None:
        words = text.split(" ")
        if len(words) != 4 or words[0] != "signature:" or words[1] not in ("rsa", "hmac"):
            raise self._fault("signature: rsa or hmac, id, hex")
        if len(self.signatures) == _MAX_SIGNATURES:
            raise self._fault("at most %d signatures" % _MAX_SIGNATURES)
        size = _KEY_SIZE if words[1] == "rsa" else 32
        self.signatures.append((words[1], words[2], self._bytes(words[3], size)))

    def _number(self, text: str, limit: int) -> int:
        if text.isdigit() and len(text) <= 9 and text == str(int(text)) and int(text) <= limit:
            return int(text)
        raise self._fault("a number up to %d" % limit)

    def _bytes(self, text: str, size: int) -> bytes:
        try:
            data = binascii.unhexlify(text)
        except ValueError:
            data = b""
        if len(data) != size:
            raise self._fault("%d bytes in hex" % size)
        return data

    def _fault(self, expected: str) -> TepalError:
        return TepalError("manifest", "line %d: expected %s" % (self._line, expected))


def order(path: str) -> str:
    """Return what paths are sorted by: a folder's files stand directly behind its name."""
    return path.replace("/", "\0")


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()
