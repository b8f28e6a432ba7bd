"""The bus: every door hands its Call in here, and nothing runs on a node in any other way."""

import json
import time
from collections import namedtuple

from micropython import const

from tepal.formats.errors import TepalError

NOBODY = 0
VIEW = 1  # look, change nothing
CONTROL = 2  # switch what the node controls
ADMIN = 3  # change the node itself
ROLES = ("nobody", "view", "control", "admin")

# Who asks. door: "shell", "http" …; role: one of the above; name: an address, or what started it
Caller = namedtuple("Caller", ("door", "role", "name"))

# A result whose text says more than its value would: ``task list``, ``help`` …
Report = namedtuple("Report", ("value", "text"))


_BUILTINS = const(" hello version help modules task schedule reboot update webrepl app ")


class Commands:
    """Resolves a target in this order: built-in, then ``providers``: device, load module, app.

    A provider has ``find(name)``, which returns a target or None, and for a target of its own
    ``command(target, function)``, which returns a callable or None, and ``role(target, function)``.
    """

    def __init__(self, node, providers: list):
        self.node = node
        self.providers = providers
        self.tasks = node.tasks
        self.log = node.log
        self.call = self.caller = None  # of the command that begins; good until its first await
        self.note = None  # keeps what runs, for the day when the watchdog bites
        self.count = 0  # commands run since boot
        self.slowest = ("", 0)  # the command that blocked the event loop longest, and its ms

    async def run(self, call, caller: Caller) -> object:
        """Return what the command answers.

        Raises: TepalError ``unknown_module``, ``unknown_function``, ``denied``, ``arguments``,
        ``failed``, and those of the command itself.
        """
        if call.postfix:
            from tepal.core import postfix

            return await postfix.run(self, call, caller)
        try:
            command, role = self.resolve(call, caller)
        except MemoryError:  # nothing has begun, so it may begin anew
            self.node.sweep()
            command, role = self.resolve(call, caller)
        self.count += 1
        self.call, self.caller = call, caller
        if self.note:
            self.note(name(call))
        start = time.ticks_ms()
        try:
            result = command(*call.args, **call.kwargs)
            blocked = time.ticks_diff(time.ticks_ms(), start)
            if blocked > self.slowest[1]:
                self.slowest = (name(call), blocked)
            if hasattr(result, "send"):
                result = await result
        except TepalError:
            raise
        except Exception as error:  # noqa: BLE001 - a module is anybody's code
            from tepal.core import trouble

            raise trouble.of_command(self.log, name(call), error)
        if role >= CONTROL:
            self.log.publish("command", call.target)
        return result

    def resolve(self, call, caller: Caller) -> tuple:
        """Return (callable, wanted role) of what ``caller`` may run."""
        providers = self.providers
        if " " + call.target + " " in _BUILTINS:
            from tepal.core import builtins

            providers = [builtins.Builtins(self.node)]
        for provider in providers:
            target = provider.find(call.target)
            if target is not None:
                break
        else:
            raise TepalError("unknown_module", call.target)
        command = provider.command(target, call.function)
        if command is None:
            raise TepalError("unknown_function", name(call))
        role = provider.role(target, call.function)
        if caller.role < role:
            raise TepalError("denied", name(call) + " wants the role " + ROLES[role])
        return command, role


def name(call) -> str:
    """Return the command of a call, without its arguments."""
    return call.target + " " + call.function if call.function else call.target


def value(result: object) -> object:
    """Return what JSON should carry of a result."""
    return result.value if isinstance(result, Report) else result


def text(result: object, function: str = "") -> str:
    """Return a result for people: one ``key: value`` line each for an object."""
    if isinstance(result, Report):
        return result.text
    if isinstance(result, dict):
        return "\n".join([" %s: %s" % item for item in result.items()])
    if function == "help" and isinstance(result, (list, tuple)):
        return "\n".join([" " + str(item) + "," for item in result])
    return str(result)


def as_json(result: object) -> str:
    """Return a result for programs; what JSON has no form for is sent as text."""
    result = value(result)
    if result is None or isinstance(result, (str, bool, int)):
        return json.dumps(result)
    from tepal.core import plain

    return json.dumps(plain.plain(result))
