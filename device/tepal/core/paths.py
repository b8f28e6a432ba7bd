"""Names of files that come from outside."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_MAX_PATH = const(96)  # characters
_MAX_DEPTH = const(4)


def safe(name: str) -> str:
    """Return ``name`` if it is a plain relative path: no hidden files, no way up, nothing odd.

    Raises: TepalError ``path``.
    """
    parts = name.split("/")
    fits = len(name) <= _MAX_PATH and len(parts) <= _MAX_DEPTH
    if not fits or False in [_is_plain(part) for part in parts]:
        raise TepalError(
            "path", "names of letters, digits, . _ - expected, not " + name[:_MAX_PATH]
        )
    return name


def _is_plain(part: str) -> bool:
    if not part or part[0] == ".":
        return False
    for char in part:
        if not (char.isalpha() or char.isdigit() or char in "._-") or ord(char) > 127:
            return False
    return True
