"""Secrets of the node: one sealed record, read anew each time, never kept in memory.

``where`` is a function that returns what keeps the record (``hal.vault``: ``load`` and ``save`` of
place 0 or 1, ``key``), or a path, where the record lies in the open. Of the two places the newer
one counts. It is not touched by a write: a power cut leaves the old record or the new one. A record
in the open counts more than a sealed one, as a host has put it there; ``check`` seals it.
"""

import json
import os

from micropython import const

from tepal.formats import sealed

RARE = True
_MISREAD = const(5)  # EIO


def get(where, name: str):
    """Return the secret ``name``, None if it was never set."""
    return read(where).get(name)


def put(where, name: str, secret: object) -> None:
    """Keep ``secret``; None forgets it. Raises: OSError, the record before is still there."""
    put_all(where, {name: secret})


def put_all(where, wanted: dict) -> None:
    """Keep some secrets at once. Raises: as ``put``."""
    if isinstance(where, str):
        from tepal.core import storage

        storage.write(where, _merged(read(where), wanted), 1)
        return
    vault = where()
    record, slot, number, is_open, _ = _newest(vault)
    record = _merged(record or {}, wanted)
    _save(vault, 1 - slot, number + 1, record)
    if is_open:
        _save(vault, slot, number + 2, record)


def read(where) -> dict:
    """Return all secrets. Raises: ValueError, a record in the open is damaged."""
    if not isinstance(where, str):
        return _newest(where())[0] or {}
    from tepal.core import storage

    record, _, faults = storage.newest(where, 1)
    if record is None and faults:  # damaged, or sealed: then its vault is wanted to read it
        raise ValueError(faults[0])
    return record or {}


def check(where) -> list:
    """Seal what lies in the open, and return what is wrong with the store. Raises: OSError."""
    record, _, _, is_open, faults = _newest(where())
    if is_open:
        put_all(where, {})
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
            from tepal.core import storage

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


def _merged(record: dict, wanted: dict) -> dict:
    record.update(wanted)
    return {name: record[name] for name in record if record[name] is not None}


def _save(vault, slot: int, number: int, record: dict) -> None:
    text = json.dumps(record).encode()
    data = sealed.seal(vault.key(), number, os.urandom(16), text)
    vault.save(slot, data)
    if vault.load(slot) != data:
        raise OSError(_MISREAD)
