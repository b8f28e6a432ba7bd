"""Secrets of the node: one record in a file of its own, read anew each time, never kept in memory."""

from tepal.core import storage

RARE = True


def get(path: str, name: str):
    """Return the secret ``name``, None if it was never set."""
    return read(path).get(name)


def put(path: str, name: str, secret: object) -> None:
    """Keep ``secret``; None forgets it. Raises: OSError."""
    record = read(path)
    record[name] = secret
    if secret is None:
        record.pop(name)
    storage.write(path, record, 1)


def read(path: str) -> dict:
    """Return all secrets."""
    return storage.newest(path, 1)[0] or {}
