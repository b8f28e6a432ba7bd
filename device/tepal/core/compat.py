"""The names that load modules of the original import: Common, microIO, Types, Auth, Config, Debug.

``foreign`` puts this module in their places when a module asks for one of them, so a node whose
modules use ``node`` never has it in memory. The node's own, cleaner way is named in each line.
"""

import asyncio

from micropython import const

from tepal.core.commands import ADMIN, CONTROL, Caller, as_json, text
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

node: "Any" = None  # the running node; foreign puts it here

_EFFECTS = const(("AnimationPlayer", "SmartADC", "transition", "transition_gen"))
_TICK_MS = const(20)
_LEVELS = (("[ERR]", "ERR"), ("[WARN]", "WARN"), ("[BOOT]", "BOOT"))


def __getattr__(name: str):
    """Return what few modules want."""
    if name in _EFFECTS:
        from tepal.core import effects

        return getattr(effects, name)
    raise AttributeError(name)


# --- tasks: node.tasks


class MicroTask:
    """A task by its tag; also for ``with``, inside the task itself."""

    def __init__(self, tag: str):
        self.tag = tag

    def _task(self):
        found = node.tasks.find(self.tag)
        return found[-1] if found else None

    @property
    def out(self) -> str:
        """What the task has put out."""
        task = self._task()
        return task.out if task else ""

    @out.setter
    def out(self, text: str) -> None:
        task = self._task()
        if task:
            task.out = str(text)

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return not node.tasks.is_busy(self.tag)

    async def feed(self, sleep_ms: int = 1) -> None:
        """Let others run."""
        await asyncio.sleep_ms(max(0, sleep_ms))

    async def await_result(self, timeout: float = 5) -> str:
        """Return the output when the task has ended, or "Timeout" after so many seconds."""
        for _ in range(int(timeout * 1000) // _TICK_MS):
            if self.done:
                return self.out
            await asyncio.sleep_ms(_TICK_MS)
        return "Timeout"

    def cancel(self) -> bool:
        """End the task; tell whether it was running."""
        return _cancel(self.tag)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return False


def micro_task(tag: str, task=None, _wrap: bool = False) -> "Any":
    """Return a task, or start one: a coroutine, or a command as a list of words.

    With ``_wrap`` it decorates a coroutine function ``f(tag, …)``, whose calls start tasks.
    """
    if _wrap:
        return lambda function: _starter(tag, function)
    if task is None:
        return MicroTask(tag) if node.tasks.find(tag) else None
    if isinstance(task, (list, tuple)):
        task = _run(task)
    if node.tasks.is_busy(tag):
        task.close()
        return {tag: "Already running"}
    node.tasks.start(tag, task)
    return {tag: "Starting"}


def manage_task(tag: str, operation: str) -> "Any":
    """Show, kill or ask about (``isbusy``) a task."""
    if operation == "show":
        return "\n".join([str(task.out) for task in node.tasks.find(tag)])
    if operation == "isbusy":
        return node.tasks.is_busy(tag)
    if operation == "kill":
        return _cancel(tag), "Kill: " + tag
    raise TepalError("arguments", "show, kill or isbusy expected")


def exec_cmd(command, jsonify=None, secure: bool = False):
    """Run a command and return (whether it worked, what it answers); an async one is begun."""
    try:
        call = _parse(command)
        if secure and call.target not in node.modules.loaded and call.target != "task":
            return False, "NotAllowed " + call.target
        function, _ = node.commands.resolve(call, _caller())
        result = function(*call.args, **call.kwargs)
        if hasattr(result, "send"):
            tag = call.target + "." + call.function
            return True, str(micro_task(tag, result))
        return True, as_json(result) if jsonify else text(result, call.function)
    except TepalError as error:
        return False, str(error)
    except Exception as error:  # noqa: BLE001 - a module is anybody's code
        return False, type(error).__name__ + ": " + str(error)


def _starter(prefix: str, function):
    def start(*args, **kwargs):
        tag = prefix + "." + function.__name__
        return micro_task(tag, function(tag, *args, **kwargs))

    return start


async def _run(command) -> str:
    return text(await node.commands.run(_parse(command), _caller()))


def _parse(command):
    from tepal.formats.command import parse

    return parse(command if isinstance(command, str) else " ".join([str(w) for w in command]))


def _caller() -> Caller:
    return Caller("module", CONTROL, "module")


def _cancel(tag: str) -> bool:
    from tepal.core import ending

    return True in [ending.cancel(task) for task in node.tasks.find(tag)]


# --- telling: node.notify, node.log


def notify(text=None, *args, channels=(), **kwargs) -> bool:
    """Notify people; without a text tell whether notifications are on."""
    if text is None:
        return node.notify.enabled
    only = (channels,) if isinstance(channels, str) else tuple(channels or ())
    reached = node.notify.send(str(text), only)
    return node.notify.enabled and False not in reached.values()


def syslog(text: str) -> None:
    """Add a line to the log; ``[ERR]`` or ``[WARN]`` in it tells how bad it is."""
    for mark, level in _LEVELS:
        if mark in text:
            node.log.add(level, text.replace(mark, "").strip())
            return
    node.log.info(text)


def console(text: str) -> None:
    """Write to the console, and the newest lines of the log."""
    node.log.info(text)


console_write = console


def socket_stream(function):
    """Give ``function`` a ``msgobj(text)``, which tells who listens to the topic ``stream``."""

    def stream(*args, **kwargs):
        return function(*args, msgobj=_stream, **kwargs)

    return stream


def _stream(text) -> None:
    node.log.publish("stream", str(text))


# --- web pages: node.pages


def web_endpoint(name: str, function, method: str = "GET") -> bool:
    """Let a function, or a file in /web, answer at ``/<name>``."""
    node.pages.add(name, function, method)
    return True


def web_mounts(modules=None, data=None, logs=None) -> dict:
    """Return the folders that /api/v1/files offers, to those whose role allows it."""
    return {"$" + name: "/" + name for name in ("modules", "data", "logs")}


# --- files: node.data, node.states


def data_logger(name: str, data=None, limit: int = 12):
    """Add a line to the log ``name`` in /data; without ``data`` return its newest lines."""
    if data is None:
        return node.data.lines(name, limit)
    node.data.log(name, str(data), limit)
    return True


def data_dir(name: str = "") -> str:
    """Return the path of a file in /data."""
    return _path("data", name)


def web_dir(name: str = "") -> str:
    """Return the path of a file in /web."""
    from tepal.core import storage

    storage.make_folder("web")
    return _path("web", name)


def conf_dir(name: str = "") -> str:
    """Return the path of a file in /config, except the configuration itself."""
    if name.startswith("node_config"):
        raise TepalError("denied", name + " is kept by the node")
    return _path("config", name)


def _path(folder: str, name: str) -> str:
    from tepal.core import filing

    return folder + "/" + filing.safe(name) if name else folder


# --- pins: node.pins, node.io


def bind_pin(tag: str, number=None) -> int:
    """Return the number of a logical pin and book it; the same name may be bound again."""
    if number is None:
        number = node.pins.number(tag)
    holder = node.pins.held.get(number)
    if holder and holder[0] == tag:
        return number
    owner = node.modules.loading or node.commands.call.target
    return node.pins.take(tag, owner, number)


def pinmap_search(keys) -> dict:
    """Return the numbers of logical pins, without booking them."""
    return node.pins.search([keys] if isinstance(keys, str) else keys)


# --- the rest


def resolve(lines, widgets: bool = False):
    """Return help lines for people, or as widgets."""
    from tepal.formats import usage

    return usage.lines(lines, widgets)


def cfgget(key: str):
    """Return a value of the configuration."""
    return node.config.get(key)


def sudo(function=None, _when_true=None):
    """Let only admins call ``function``; with ``_when_true`` (name, position) only if that is true."""
    if function is None:
        return lambda decorated: _guarded(decorated, _when_true)
    return _guarded(function, None)


def _guarded(function, flag):
    def guarded(*args, **kwargs):
        kwargs.pop("pwd", None)  # roles have taken the place of a password in the command
        wanted = True
        if flag:
            given = args[flag[1]] if len(args) > flag[1] else False
            wanted = kwargs.get(flag[0], given)
        caller = node.commands.caller
        if wanted and (caller is None or caller.role < ADMIN):
            raise TepalError("denied", "this wants the role admin")
        return function(*args, **kwargs)

    return guarded
