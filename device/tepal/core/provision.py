"""What a host has left for a node that is new: ``provision.json``, and the secrets of mpy-blox.

Both are one flat object. A key of the configuration, under our name or that of mpy-blox
(``wlan.ssid``, ``wlan.psk``, ``hostname``), is set as if an admin had typed it; ``key`` is the
node's own key in hex, ``ap_password`` that of the network which the node opens (``appwd`` where
it is not given); all else is kept as a secret under its own name.
They are removed only when all is stored: after a power cut everything is simply done again.
"""

import json
import os

from micropython import const

from tepal.core import aliases, keys, secrets, settings, storage
from tepal.core.auth import Auth
from tepal.core.config import Config
from tepal.formats.errors import TepalError

RARE = True
_PATH = const("provision.json")
_LARGEST = const(4096)  # bytes
_KEY_DIGITS = const(64)
_AP_LENGTH = const((8, 63))  # characters, as WPA2 wants it


async def take_in(where) -> list:
    """Take in all that is there; return what was wrong with it.

    Raises: OSError, something could not be stored; it is all still there.
    """
    faults = []
    storage.make_folder("config")
    legacy = where().legacy()
    if legacy and await _take(legacy.load, where, "mpy-blox", faults):
        legacy.clear()
    if storage.exists(_PATH) and await _take(_read, where, _PATH, faults):
        os.remove(_PATH)
    return faults


def _read() -> bytes:
    if os.stat(_PATH)[6] > _LARGEST:
        raise ValueError("size")
    with open(_PATH, "rb") as file:
        return file.read()


async def _take(read, where, source: str, faults: list) -> bool:
    """Store what ``read`` finds, note what is refused; tell whether anything could be read."""
    wanted = _decoded(read)
    if wanted is None:
        text = ": one JSON object of at most 4 KB expected; nothing of it is used"
        faults.append(source + text)
        return False
    config = Config("config")
    config.auth = Auth(where, None, None)
    kept = {}
    for name in sorted(wanted):
        try:
            await _change(config, aliases.NAMES.get(name, name), wanted[name], kept)
        except TepalError as error:
            if error.code == "flash":
                raise OSError(error.detail)
            faults.append(source + ": " + str(error))
    if kept:
        secrets.put_all(where, kept)
    return True


def _decoded(read):
    """Return the object that ``read`` finds; None if it is none."""
    try:
        data = read().strip()
        if data[:1] == b"{" and data[-1:] == b"}":
            return json.loads(data)
    except (ValueError, ImportError):
        pass
    return None


async def _change(config, key: str, value: object, kept: dict) -> None:
    """Set a key of the configuration, or add to what shall be kept as a secret."""
    if key == "key":
        kept[key] = _key(value)
    elif key == "ap_password":
        kept[key] = settings.check(key, value, "", _AP_LENGTH)
    elif key == "passwords":  # the node makes them itself
        raise TepalError("read_only", key)
    elif not keys.is_known(key):
        kept[key] = value
    elif config.get(key) != value:
        await config.set(key, value)
        if key == "appwd":
            kept.setdefault("ap_password", value)


def _key(value: object) -> str:
    try:
        if isinstance(value, str) and len(value) == _KEY_DIGITS:
            return bytes.fromhex(value).hex()
    except ValueError:
        pass
    raise TepalError("config_value", "key: 64 hex digits expected")
