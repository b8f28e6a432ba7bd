"""The names of mpy-blox: ``settings.json`` with dotted keys, some of which are ours.

A key of ours that ``settings.json`` has under its old name lives there: it is read from there, and
written there. Other keys of that file can be read and changed through the configuration too.
"""

import json

from micropython import const

from tepal.core import keys, settings, storage
from tepal.formats.errors import TepalError

RARE = True
NAMES = {
    "hostname": "devfid",
    "wlan.ssid": "staessid",
    "wlan.psk": "stapwd",
    "update.channel": "update_channel",
    "update.auto_update": "update_auto",
}
_PATH = const("settings.json")
_LARGEST = const(4096)  # bytes


def load(config) -> None:
    """Let ``config`` have what the file says; faults are noted."""
    record = _read(config.faults)
    for name, key in NAMES.items():
        if name not in record:
            continue
        default, limit, flags = keys.entry(key)
        if "s" in flags:
            config.faults.append(_PATH + ": " + name + " is a secret, provision.json is its place")
            continue
        try:
            settings.put(config, key, settings.check(key, record[name], default, limit), default)
        except TepalError as error:
            config.faults.append(_PATH + ": " + str(error))


def save(key: str, wanted: object) -> bool:
    """Write ``key`` to the file if it lives there; tell whether it does. Raises: OSError."""
    record = _read([])
    for name, its_key in NAMES.items():
        if its_key == key and name in record:
            record[name] = wanted
            _write(record)
            return True
    return False


def get(config, name: str) -> object:
    """Return the value of a key under its old name. Raises: TepalError ``unknown_key``."""
    if name in NAMES:
        return config.get(NAMES[name])
    record = _read([])
    if name not in record:
        raise TepalError("unknown_key", name[:32])
    return record[name]


async def change(config, name: str, wanted: object) -> bool:
    """Change a key under its old name; see Config.set."""
    if name in NAMES:
        return await config.set(NAMES[name], wanted)
    record = _read([])
    if name not in record:
        raise TepalError("unknown_key", name[:32])
    record[name] = wanted
    try:
        _write(record)
    except OSError as error:
        raise TepalError("flash", name + " not saved: " + str(error))
    return True


def _read(faults: list) -> dict:
    """Return what the file says; nothing if it is not there."""
    try:
        with open(_PATH, "rb") as file:
            return storage.decode(file.read(_LARGEST))
    except OSError:
        return {}
    except ValueError as error:
        faults.append(_PATH + ": " + (str(error) or "JSON"))
        return {}


def _write(record: dict) -> None:
    with open(_PATH + ".new", "w") as file:
        json.dump(record, file)
    storage.replace(_PATH + ".new", _PATH)
