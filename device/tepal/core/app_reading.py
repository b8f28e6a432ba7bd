"""Reads what an app says of itself."""

# Of the part apps, which a release can leave out.

import json

from micropython import const

RARE = True
_BLOCK = const(512)  # bytes; most are small, and 4 KB in one piece are rare
_MOST = const(4096)  # bytes, as formats.appnames has it


def config(folder: str, uid: str) -> dict:
    """Return what config.json says in the version in ``folder``. Raises: OSError, ValueError."""
    from start import Pack

    file = Pack(folder).open(uid + "/config.json", "")
    try:
        text = block = file.read(_BLOCK)
        while block and len(text) < _MOST:
            block = file.read(_BLOCK)
            text += block
    except EOFError:  # in the middle of the file
        raise ValueError(uid)
    finally:
        file.close()
    text = text.strip()
    if text[-1:] != b"}":  # MicroPython's JSON does not miss a closing bracket
        raise ValueError(uid)
    return json.loads(text)
