"""The file of devices in pieces: of all that it says, the value of one key at a time is in memory."""

# Of the part devices, which a release can leave out.

import binascii
import json

from micropython import const

from tepal.core import storage

RARE = True
PATH = const("config/devices.json")
_BLOCK = const(256)  # bytes
_QUOTE = const(34)
_ESCAPE = const(92)
_COMMA = const(44)
_COLON = const(58)


class Text:
    """An object as JSON in a file. ``places`` says where the value of each key begins and ends."""

    def __init__(self, path: str):
        """Raises: OSError, ValueError (torn, or no object)."""
        self.file = open(path, "rb")  # noqa: SIM115 - as long as somebody reads
        try:
            storage.verify(self.file.read(_BLOCK), self.file)
            self.places = {}
            for begin, colon, end in self._members():
                key = str(json.loads(self._part(begin, colon)))
                self.places[key] = (colon + 1, end)
                self.value(key)
            self.places.pop("_crc", None)
        except ValueError:
            self.file.close()
            raise

    def value(self, key: str):
        """Return the value of a key."""
        return json.loads(self._part(*self.places[key]))

    def pieces(self, name: str, value):
        """Yield the object with another value under ``name``, without the bracket it begins with."""
        comma = b""
        for key in self.places if name in self.places else list(self.places) + [name]:
            yield comma + json.dumps(key).encode() + b":"
            comma = b","
            if key == name:
                yield json.dumps(value).encode()
                continue
            at, end = self.places[key]
            while at < end:
                yield self._part(at, min(at + _BLOCK, end))
                at += _BLOCK
        yield b"}"

    def _part(self, begin: int, end: int) -> bytes:
        self.file.seek(begin)
        return self.file.read(end - begin)

    def _members(self):
        """Yield (begin of the key, place of its colon, end of the value). Raises: ValueError."""
        begin = colon = depth = 0
        for at, byte in self._marks():
            if not depth:
                begin = at + 1
                if byte != ord("{"):
                    break
            elif depth == 1 and byte == _COLON:
                colon = colon or at
            elif (
                depth == 1 and byte in b",}]" and (byte == _COMMA or self._part(begin, at).strip())
            ):
                yield begin, colon or at, at
                begin, colon = at + 1, 0
            depth += (byte in b"{[") - (byte in b"}]")
            if not depth:
                return
        raise ValueError("an object expected")

    def _marks(self):
        """Yield (place, byte) of all brackets, commas and colons that are in no text."""
        at = 0
        is_text = is_escaped = False
        block = self._part(0, _BLOCK)
        while block:
            for byte in block:
                if is_text:
                    is_text = is_escaped or byte != _QUOTE
                    is_escaped = byte == _ESCAPE and not is_escaped
                elif byte == _QUOTE:
                    is_text = True
                elif byte in b"{}[],:":
                    yield at, byte
                at += 1
            block = self._part(at, at + _BLOCK)


def open_best(faults: list):
    """Return the best file and its name, (None, "") if there is none; note what is wrong."""
    for name in (PATH, PATH + ".new", PATH + ".1"):
        if not storage.exists(name):
            continue
        try:
            text = Text(name)
        except ValueError as error:
            faults.append(name + ": " + (str(error) or "JSON"))
            continue
        if name != PATH:
            faults.append(name + " is used instead")
        return text, name
    faults.append(PATH + ": cannot be read")
    return None, ""


def save(name: str, key, value) -> None:
    """Replace what the file says of ``name``, or one key of that; keep the file before.

    Raises: OSError, KeyError.
    """
    text, source = open_best([])
    if text is None:
        raise OSError("cannot be read")
    if source == PATH + ".new":  # a power cut left it there; here it would be written over
        text.file.close()
        storage.replace(source, PATH)
        text = Text(PATH)
    try:
        if key is not None:
            given = text.value(name)
            given[key] = value
            value = given
        sum = binascii.crc32(b",")
        for piece in text.pieces(name, value):
            sum = binascii.crc32(piece, sum)
        with open(PATH + ".new", "wb") as file:
            file.write(b'{"_crc":"%08x",' % (sum & 0xFFFFFFFF))
            for piece in text.pieces(name, value):
                file.write(piece)
    except OSError:
        storage.remove(PATH + ".new")  # the flash is full
        raise
    finally:
        text.file.close()
    if storage.exists(PATH):
        storage.replace(PATH, PATH + ".1")
    storage.replace(PATH + ".new", PATH)
