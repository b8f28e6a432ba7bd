"""The keys of the configuration: what is usual for each. The table is ``keys.txt``.

A line of it is a key, its default (which is its type), its limit and its flags:
limit   for a number lowest..highest, for text the longest length, or shortest..longest where
        it may also be empty, or choices with | between
flags   b needs a reboot, s secret (kept in the sealed store, never shown),
        o offloaded (a file of its own), i written by the system alone, f of a form, see ``forms``
It is a file of its own because it is read line by line, and because MicroPython never forgets a
name that stands in code.
"""

import json

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_HIDDEN = const("***")
_NONE = const("-")


def value(config, key: str) -> object:
    """Return the value of a key that nobody has set. Raises: TepalError ``unknown_key``."""
    if not is_known(key):
        from tepal.core import aliases

        return aliases.get(config, key)
    default, _, flags = entry(key)
    return _usual(config, key, default, flags)


def everything(config) -> dict:
    """Return all keys with their values."""
    values = {}
    for key, default, _, flags in table():
        values[key] = config.values.get(key, _usual(config, key, default, flags))
    return values


def entry(key: str) -> tuple:
    """Return (default, limit, flags) of ``key``. Raises: TepalError ``unknown_key``."""
    found = list(table(key))
    if not found:
        raise TepalError("unknown_key", key[:32])
    return found[0][1:]


def is_known(key: str) -> bool:
    """Tell whether there is such a key."""
    return len(list(table(key))) > 0


def table(key=None):
    """Yield (key, default, limit, flags) of every key, or of one; see the top of this file."""
    for line in storage.lines(__file__.rsplit("/", 1)[0] + "/keys.txt"):
        if key is None or line[: line.find(" ")] == key:
            yield _parse(line)


def _parse(line: str) -> tuple:
    """Return what a line of the table says."""
    key, default, limit, flags = line.split()
    if ".." in limit:
        lowest, _, highest = limit.partition("..")
        limit = (int(lowest), int(highest))
    elif "|" in limit:
        limit = tuple(limit.split("|"))
    else:
        limit = None if limit == _NONE else int(limit)
    return key, json.loads(default), limit, flags


def _usual(config, key: str, default: object, flags: str) -> object:
    """Return what stands for a key whose value is not in ``config``."""
    if "o" in flags:
        return _offloaded(config, key)
    return _HIDDEN if "s" in flags else default


def _offloaded(config, key: str) -> str:
    """Return a value that has a file of its own."""
    try:
        with open(config.folder + "/." + key + ".key") as file:
            return file.read()
    except OSError:
        return "n/a"
