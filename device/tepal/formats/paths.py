"""Where a file of an update may be."""

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
_MAX_PATH = 96  # characters
_MAX_DEPTH = 8  # names in a path
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


def is_path(path: str) -> bool:
    """Tell whether an update may have a file there."""
    names = path.split("/")
    if len(path) > _MAX_PATH or len(names) > _MAX_DEPTH:
        return False
    return all(name.strip(".") and is_plain(name) for name in names)


def is_plain(text: str) -> bool:
    """Tell whether this is made of letters, digits and ._- alone."""
    return all(char in _PLAIN for char in text)
