"""What a trial leaves behind so that there is a way back, and the configuration of a new release.

sys/trial    a record: ``slot``, the one that is tried, and what the ``network`` was before
<path>.kept  the configuration as it was
"""

from micropython import const

from tepal.core import storage

RARE = True
_RECORD = const("sys/trial")
_CONFIG = const("config/node_config.json")
_PATHS = const((_CONFIG, "config/node_config.json.good", "settings.json"))
_COPIES = const(2)  # as in settings
_BLOCK = const(512)  # bytes


def keep(record: dict) -> None:
    """Keep the record of the trial, then the configuration. Raises: OSError."""
    storage.write(_RECORD, record)
    for path in _PATHS:
        storage.remove(path + ".kept")
        if storage.exists(path):
            _copy(path, path + ".kept")


def read() -> dict:
    """Return the record of the trial; an empty one if there is none."""
    return storage.newest(_RECORD)[0] or {}


def restore() -> None:
    """Bring back the configuration. Raises: OSError."""
    for path in _PATHS:
        if storage.exists(path + ".kept"):
            _copy(path + ".kept", path)


def forget() -> None:
    """Remove what was kept; the record last, for without it nobody looks for the rest."""
    for path in _PATHS:
        storage.remove(path + ".kept")
    storage.remove(_RECORD)


def migrate(table: str = "") -> None:
    """Give the keys of the configuration the names that this release has for them.

    ``table`` is where these are listed. Raises: OSError.
    """
    record = storage.newest(_CONFIG, _COPIES)[0] or {}
    is_changed = False
    for line in storage.lines(table or __file__.rsplit("/", 1)[0] + "/renamed.txt"):
        old, _, new = line.strip().partition(" ")
        if old in record:
            value = record.pop(old)
            record[new] = record.get(new, value)
            is_changed = True
    if is_changed:
        storage.write(_CONFIG, record, _COPIES)


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as file, open(target + ".new", "wb") as copy:
        block = file.read(_BLOCK)
        while block:
            copy.write(block)
            block = file.read(_BLOCK)
    storage.replace(target + ".new", target)
