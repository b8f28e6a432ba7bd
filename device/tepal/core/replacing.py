"""WebREPL, which is the firmware's own: to look inside a node, and to replace its files.

The password is the secret ``replpwd``; without one nothing is started. After ``webrepl --update``
the node waits in safe mode for whoever brings new files. The original clients write to ``.if_mode``
before the first file and ``micros`` after the last; the node restarts then, and also when nobody
has come for two minutes, or somebody never ended.
"""

import asyncio

from micropython import const

from tepal.core import boots, secrets, storage
from tepal.formats.errors import TepalError

RARE = True
_MODE = const("webrepl")
_MARK = const(".if_mode")
_SHORTEST = const(4)  # characters; the firmware takes 4 to 9
_LOOK_MS = const(3000)
_LOOKS = const(40)  # for somebody to begin
_LOOKS_BUSY = const(600)  # for somebody to end


def start(node) -> str:
    """Start WebREPL and return where it is.

    Raises: TepalError ``unsupported`` (the firmware has none), ``config_value`` (no password).
    """
    password = secrets.get(node.auth.secrets, "replpwd") or ""
    if len(password) < _SHORTEST:
        raise TepalError("config_value", "replpwd: 4 to 9 characters expected; set it first")
    try:
        import webrepl
    except ImportError:
        raise TepalError("unsupported", "this firmware has no WebREPL")
    webrepl.start(password=password)
    return "WebREPL: ws://%s:8266" % node.network.station.ifconfig()[0]


def restart(node) -> str:
    """Restart into the wait for new files. Raises: as ``start``, which is tried first."""
    start(node)
    storage.remove(_MARK)
    boots.forgive(_MODE)
    node.restart(hard=True)
    return "Restart node then start webrepl...\nBye!"


async def run(node) -> None:
    """Wait for new files, then restart; there is always a way back."""
    try:
        node.log.boot(start(node))
        looks, has_begun = _LOOKS, False
        while looks and _mark() != "micros":
            await asyncio.sleep_ms(_LOOK_MS)
            looks -= 1
            if not has_begun and _mark():
                looks, has_begun = _LOOKS_BUSY, True
        node.log.boot("the wait for new files is over")
    except TepalError as error:
        node.log.err("webrepl: " + str(error))
    storage.remove(_MARK)
    boots.forgive()
    node.restart(hard=True)


def _mark() -> str:
    try:
        with open(_MARK) as file:
            return file.read(16).strip()
    except OSError:
        return ""
