"""Secrets of the node: one sealed record, read anew each time, never kept in memory.

``place`` is a function that returns what keeps the record (``hal.vault``: ``load`` and ``save`` of
place 0 or 1, ``key``), or a path, where the record lies in the open. Of the two places the newer
one counts. It is not touched by a write: a power cut leaves the old record or the new one. A record
in the open counts more than a sealed one, as a host has put it there; ``check`` seals it.
"""

import json
import os

from micropython import const

from tepal.core import storage
from tepal.formats import sealed

RARE = True
_MISREAD = const(5)  # EIO


def get(place, name: str):
    """Return the secret ``name``, None if it was never set."""
    return read(place).get(name)


def put(place, name: str, secret: object) -> None:
    """Keep ``secret``; None forgets it. Raises: OSError, the record before is still there."""
    put_all(place, {name: secret})


def put_all(place, changes: dict) -> None:
    """Keep some secrets at once. Raises: as ``put``."""
    if isinstance(place, str):
        record = read(place)
        _merge(record, changes)
        storage.write(place, record, 1)
        return
    vault = place()
    record, slot, number, is_open, _ = _newest(vault)
    record = record or {}
    _merge(record, changes)
    _save(vault, 1 - slot, number + 1, record)
    if is_open:
        _save(vault, slot, number + 2, record)


def read(place) -> dict:
    """Return all secrets."""
    if not isinstance(place, str):
        return _newest(place())[0] or {}
    record, _, faults = storage.newest(place, 1)
    if record is None and faults and _is_sealed(place):
        raise ValueError("secrets: sealed, its vault is needed to read it")
    return record or {}


def check(place) -> list:
    """Seal what lies in the open, and return what is wrong with the store. Raises: OSError."""
    record, _, _, is_open, faults = _newest(place())
    if is_open:
        put_all(place, {})
    elif faults and record is not None:
        faults.append("using the copy before")
    return faults


def _newest(vault) -> tuple:
    """Return (record or None, its slot, its number, whether it lies in the open, faults)."""
    faults = []
    found = []
    for slot in (0, 1):
        data = vault.load(slot)
        if data[:1] == b"{":
            try:
                return storage.decode(data), slot, 0, True, faults
            except ValueError:
                data = b"?"
        if data:
            found.append((sealed.sequence(data), slot, data))
    if not found:
        return None, 1, 0, False, faults
    key = vault.key()
    for number, slot, data in sorted(found)[::-1]:
        try:
            record = json.loads(sealed.unseal(key, data))
        except ValueError as error:
            faults.append("secrets: " + str(error))
        else:
            return record, slot, number, False, faults
    return None, 1, 0, False, faults


def _is_sealed(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(sealed.MAGIC)) == sealed.MAGIC
    except OSError:
        return False


def _merge(record: dict, changes: dict) -> None:
    for name, secret in changes.items():
        if secret is None:
            record.pop(name, None)
        else:
            record[name] = secret


def _save(vault, slot: int, number: int, record: dict) -> None:
    text = json.dumps(record).encode()
    data = sealed.seal(vault.key(), number, os.urandom(sealed.NONCE), text)
    vault.save(slot, data)
    if vault.load(slot) != data:
        raise OSError(_MISREAD)
