"""An infrared LED that plays the remotes of other people's devices."""

import asyncio
import os

from micropython import const

from tepal import TepalError
from tepal.core import storage
from tepal.core.devices import Device

_REMOTE = const("data/ir.%s.json")  # one file each: only one is in memory at a time
_MACROS = const("data/ir_macros.json")
_MOST = const(32)  # keys of a remote, macros, actions of one
_LONGEST_MS = const(60000)
_REPEATS = const(50)
_NAME = const(24)  # characters


class IrBlaster(Device):
    """On and off send a key each, "remote key"; "ignore" sends nothing. Rules: only the usual."""

    commands = (
        "send_key",
        "remotes",
        "keys",
        "add_key",
        "remove_key",
        "macros",
        "create_macro",
        "delete_macro",
        "add_macro_action",
        "run_macro",
    )

    def __init__(self, pin, on_key: str = "ignore", off_key: str = "ignore"):
        from drivers import infrared

        self._output = pin
        self.on_key, self.off_key = on_key, off_key
        pin.duty_u16(0)
        pin.freq(infrared.HERTZ)

    def send(self, state: bool) -> bool:
        """Send the key of a state."""
        words = (self.on_key if state else self.off_key).split()
        if words != ["ignore"]:
            self.send_key(*words)
        return True

    def send_key(self, remote, key):
        """Send a key. Raises: TepalError ``ir_code``."""
        from drivers import infrared

        code = _code(remote, key)
        infrared.send(self._output, infrared.durations(code))

    def remotes(self) -> list:
        """Return the remotes of which there are keys."""
        names = [name for name in os.listdir("data") if name[:3] == "ir." and name[-5:] == ".json"]
        return sorted([name[3:-5] for name in names])

    def keys(self, remote) -> list:
        """Return the keys of a remote. Raises: TepalError ``ir_code``."""
        return sorted(_remote(remote))

    def add_key(self, remote, key, code):
        """Keep the code of a key, see ``drivers.infrared``. Raises: TepalError ``ir_code``, ``flash``."""
        from drivers import infrared

        try:
            infrared.durations(str(code))
        except ValueError as error:
            raise TepalError("ir_code", str(error))
        known = _read(_REMOTE % _named(remote))
        known[_named(key)] = str(code)
        _write(_REMOTE % _named(remote), known)

    def remove_key(self, remote, key):
        """Forget a key. Raises: TepalError ``ir_code``, ``flash``."""
        _code(remote, key)
        known = _remote(remote)
        known.pop(_named(key))
        _write(_REMOTE % _named(remote), known)

    def macros(self) -> dict:
        """Return all macros: {name: [[remote, key, milliseconds after it, times] …]}."""
        return _read(_MACROS)

    def create_macro(self, name):
        """Make a macro that does nothing yet. Raises: TepalError ``ir_macro``, ``flash``."""
        known = _read(_MACROS)
        if _named(name) in known:
            raise TepalError("ir_macro", "there is a macro %s" % name)
        known[_named(name)] = []
        _write(_MACROS, known)

    def delete_macro(self, name):
        """Forget a macro. Raises: TepalError ``ir_macro``, ``flash``."""
        _macro(name)
        known = _read(_MACROS)
        known.pop(_named(name))
        _write(_MACROS, known)

    def add_macro_action(self, name, remote, key, delay_ms=0, times=1):
        """Let a macro send one more key. Raises: TepalError ``ir_macro``, ``ir_code``, ``flash``."""
        _macro(name)
        _code(remote, key)
        known = _read(_MACROS)
        actions = known[_named(name)]
        if len(actions) >= _MOST:
            raise TepalError("ir_macro", "at most %d actions expected" % _MOST)
        delay_ms, times = _whole(delay_ms, 0, _LONGEST_MS), _whole(times, 1, _REPEATS)
        actions.append([_named(remote), _named(key), delay_ms, times])
        _write(_MACROS, known)

    def run_macro(self, name):
        """Begin a macro. Raises: TepalError ``ir_macro``, ``already_running``."""
        self.node.tasks.start(self.name + ".macro", self._play(_macro(name)), "system")

    async def _play(self, actions: list) -> None:
        for remote, key, delay_ms, times in actions:
            for _ in range(times):
                self.send_key(remote, key)
                await asyncio.sleep_ms(delay_ms)


def _named(name) -> str:
    """Return a name as it is kept: it becomes part of the name of a file. Raises: TepalError."""
    text = str(name).lower()
    plain = text.replace("_", "").replace("-", "")
    if len(text) > _NAME or not plain or not all(c.isdigit() or "a" <= c <= "z" for c in plain):
        raise TepalError("ir_code", "a name of letters, digits, _ and - expected, not %s" % name)
    return text


def _whole(value, least: int, most: int) -> int:
    text = str(value)
    if not text.isdigit() or len(text) > 5 or not least <= int(text) <= most:
        raise TepalError("ir_macro", "a whole number from %d to %d expected" % (least, most))
    return int(text)


def _remote(name) -> dict:
    found = _read(_REMOTE % _named(name))
    if not found:
        raise TepalError("ir_code", "there is no remote %s" % name)
    return found


def _code(remote, key) -> str:
    found = _remote(remote).get(_named(key))
    if found is None:
        raise TepalError("ir_code", "%s has no key %s" % (remote, key))
    return found


def _macro(name) -> list:
    found = _read(_MACROS).get(_named(name))
    if found is None:
        raise TepalError("ir_macro", "there is no macro %s" % name)
    return found


def _read(path: str) -> dict:
    found, _, faults = storage.newest(path, 1)
    if faults and found is None:
        raise TepalError("flash", "; ".join(faults))
    return found or {}


def _write(path: str, known: dict) -> None:
    if len(known) > _MOST:
        raise TepalError("ir_code", "at most %d expected" % _MOST)
    if not known:
        for name in (path + ".1", path):  # the copy first: it must not come back
            storage.remove(name)
        return
    try:
        storage.write(path, known, 1)
    except OSError as error:
        raise TepalError("flash", str(error))
