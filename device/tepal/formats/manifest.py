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
not know: what it must understand raises the number in the first line. ``docs/adr/0008-manifest.md``
says why.
"""

import binascii
import hashlib

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
MAGIC = "tepal-release 1"
MAX_BYTES = 65536  # of the whole manifest
MAX_LINE = 1024  # bytes
MAX_FILES = 500
MAX_FILE = 1 << 20  # bytes of one file
MAX_SIZE = 1 << 23  # bytes of all files
MAX_PATH = 96  # characters
MAX_DEPTH = 8  # names in a path
MAX_KEYS = 4
MAX_SIGNATURES = 4
KEY_SIZE = 384  # bytes of an RSA-3072 modulus, and of a signature made with it
_HEAD, _FILES, _SIGNATURES = 0, 1, 2  # what is expected next
_MAX_HEAD = 40  # lines
_PUNCTUATION = "._-"
_NUMBERS = ("sequence", "downgrade")
_WORD = ("name", "version", "mpy", "micropython", "platform", "board")


class Manifest:
    """``take`` each line, then ``end``; what was said so far is in the attributes.

    Raises: TepalError ``manifest``, with the line and what was expected there.
    """

    def __init__(self):
        self.head = {}  # key: text, and int for sequence and downgrade
        self.keys = []  # moduli of new keys, as bytes
        self.retired = []  # ids of keys that are no longer trusted
        self.signatures = []  # (kind, id, bytes)
        self.count = self.size = 0  # of files, as the head says
        self.seen = 0  # files so far
        self.digest = b""  # SHA-256 of what is signed, once the last file was taken
        self._hash = hashlib.sha256()
        self._stage = _HEAD
        self._line = self._bytes = self._sum = 0
        self._previous = ""

    def take(self, line: bytes):
        """Return ``(path, size, SHA-256)`` if the line lists a file, else None.

        ``line`` ends in a newline, or in whatever else a reader found at its limit.
        """
        self._line += 1
        self._bytes += len(line)
        if self._bytes > MAX_BYTES:
            raise self._fault("at most %d bytes" % MAX_BYTES)
        if not 1 < len(line) <= MAX_LINE or line[-1:] != b"\n":
            raise self._fault("a whole line of 1 to %d bytes" % MAX_LINE)
        if min(line[:-1]) < 32 or max(line) > 126:
            raise self._fault("printable ASCII")
        if self._stage == _SIGNATURES:
            self._take_signature(line[:-1].decode())
            return None
        self._hash.update(line)
        text = line[:-1].decode()
        if self._stage == _FILES:
            return self._take_file(text)
        if self._line > 1:
            self._take_head(text)
        elif text != MAGIC:
            raise self._fault(MAGIC)
        return None

    def end(self) -> None:
        """Say that there are no more lines."""
        if self._stage == _HEAD:
            raise self._fault("the list of files")
        if self._stage == _FILES:
            raise self._fault("%d files, not %d" % (self.count, self.seen))

    def _take_head(self, text: str) -> None:
        key, colon, value = text.partition(": ")
        if self._line > _MAX_HEAD or not colon or not value or value != value.strip():
            raise self._fault("key: value")
        if key == "key":
            self._limit(self.keys, MAX_KEYS)
            self.keys.append(self._bytes_of(value))
        elif key == "retire":
            self._limit(self.retired, MAX_KEYS)
            self.retired.append(_hex(self._bytes_of(value, 8)))
        elif key in self.head:
            raise self._fault(key + " once")
        elif key in _NUMBERS:
            self.head[key] = self._number(value)
        elif key == "files":
            self._begin_files(value)
        elif key in _WORD:
            if not _is_plain(value.replace(" ", ""), "._-+"):
                raise self._fault("letters, digits and ._-+")
            self.head[key] = value

    def _begin_files(self, value: str) -> None:
        for key in ("name", "version", "sequence"):
            if key not in self.head:
                raise self._fault(key + " before the files")
        count, _, size = value.partition(" ")
        self.count = self._number(count, MAX_FILES)
        self.size = self._number(size, MAX_SIZE)
        if not self.count:
            raise self._fault("a file")
        self._stage = _FILES

    def _take_file(self, text: str) -> tuple:
        words = text.split(" ")
        if len(words) != 3 or len(words[0]) != 64 or words[0] != words[0].lower():
            raise self._fault("SHA-256, size and path")
        digest = self._bytes_of(words[0], 32)
        size = self._number(words[1], MAX_FILE)
        path = words[2]
        if not is_path(path):
            raise self._fault("a path of letters, digits and ._- below the release")
        if order(path) <= order(self._previous) or path.startswith(self._previous + "/"):
            raise self._fault("each path once, in order, and none below a file")
        self._previous = path
        self._sum += size
        self.seen += 1
        if self.seen == self.count:
            if self._sum != self.size:
                raise self._fault("%d bytes in all, not %d" % (self.size, self._sum))
            self.digest = self._hash.digest()
            self._stage = _SIGNATURES
        return path, size, digest

    def _take_signature(self, text: str) -> None:
        words = text.split(" ")
        if len(words) != 4 or words[0] != "signature:" or words[1] not in ("rsa", "hmac"):
            raise self._fault("signature: rsa or hmac, id, hex")
        self._limit(self.signatures, MAX_SIGNATURES)
        size = KEY_SIZE if words[1] == "rsa" else 32
        self.signatures.append((words[1], words[2], self._bytes_of(words[3], size)))

    def _number(self, text: str, limit: int = 999999999) -> int:
        if text.isdigit() and len(text) <= 9 and text == str(int(text)) and int(text) <= limit:
            return int(text)
        raise self._fault("a number up to %d" % limit)

    def _bytes_of(self, text: str, size: int = KEY_SIZE) -> bytes:
        try:
            data = binascii.unhexlify(text)
        except ValueError:
            data = b""
        if len(data) != size:
            raise self._fault("%d bytes in hex" % size)
        return data

    def _limit(self, taken: list, limit: int) -> None:
        if len(taken) == limit:
            raise self._fault("at most %d of these" % limit)

    def _fault(self, expected: str) -> TepalError:
        return TepalError("manifest", "line %d: expected %s" % (self._line, expected))


def is_path(path: str) -> bool:
    """Tell whether a release may have a file there."""
    if len(path) > MAX_PATH or path.count("/") >= MAX_DEPTH:
        return False
    for name in path.split("/"):
        if not _is_plain(name, _PUNCTUATION) or not name.strip("."):
            return False
    return True


def order(path: str) -> str:
    """Return what paths are sorted by: a folder's files stand directly behind its name."""
    return path.replace("/", "\0")


def key_id(modulus: bytes) -> str:
    """Return the name of a key, which nobody chooses: 16 hex digits."""
    return _hex(hashlib.sha256(modulus).digest()[:8])


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()


def _is_plain(text: str, punctuation: str) -> bool:
    for char in text:
        is_letter = "a" <= char <= "z" or "A" <= char <= "Z"
        if not (is_letter or "0" <= char <= "9" or char in punctuation):
            return False
    return bool(text)
