"""The archive of an app as it comes over a stream: a header, a name, content, and so on.

It is a zip file whose members are not packed, so that a node need not wait for the directory at its
end. What the headers say is compared with the manifest, which comes first; nothing else is believed.
"""

# Of the part apps, which a release can leave out.

import struct

from tepal.formats.errors import TepalError

RARE = True
HEADER = 30  # bytes
_MEMBER = b"PK\3\4"
_DIRECTORY = b"PK\1\2"
_WORDS = "<4sHHHHHIIIHH"
_ENCRYPTED_OR_LATER = 9  # flags: a password is wanted; the sizes follow the content


def member(header: bytes) -> "tuple[int, int] | None":
    """Return (bytes of the name that follows, bytes of the content behind it); None at the end.

    Raises: TepalError ``app``.
    """
    if header[:4] == _DIRECTORY:
        return None
    if len(header) != HEADER or header[:4] != _MEMBER:
        raise TepalError("app", "G1: the archive ends early, or is none")
    found = struct.unpack(_WORDS, header)
    flags, method, packed, size, name, extra = (
        found[2],
        found[3],
        found[7],
        found[8],
        found[9],
        found[10],
    )
    if flags & _ENCRYPTED_OR_LATER or method or packed != size or extra or not 0 < name <= 96:
        raise TepalError("app", "G1: an archive as umbel app pack makes it expected")
    return name, size
