"""Commands that belong to no module: task, modules, help, hello, version, reboot, webrepl; finds app, update."""

import sys

from micropython import const

from tepal.core import ending
from tepal.core.commands import ADMIN, CONTROL, NOBODY, VIEW, Report
from tepal.formats.errors import TepalError

RARE = True


class Builtins:
    """The provider of these commands; a target is a dict of functions with their roles."""

    def __init__(self, node):
        self.node = node

    def find(self, name: str):
        """Return the commands called ``name``."""
        found = COMMANDS.get(name)
        if isinstance(found, str):  # it has a file of its own, which a release may lack
            try:
                __import__(found)
            except ImportError as error:
                raise TepalError("not_included", name + ", " + str(error))
            found = sys.modules[found].COMMANDS
        return found

    def command(self, target: dict, function: str):
        """Return a command of a built-in; None if it has no such."""
        entry = target.get(function)
        if entry is None:
            return None
        from tepal.core import binding

        return binding.bound(entry[0], self.node)

    def role(self, target: dict, function: str) -> int:
        """Return the role that a command wants."""
        return target[function][1]


_INVALID = const("Invalid task cmd! Help: task list / kill <taskID> / show <taskID>")


def hello(node) -> str:
    """Return who this node is; the last word tells that it lets everybody in."""
    words = ["hello", node.name, node.id, "dev"]
    if not node.auth.enabled:
        words.append("open")
    return ":".join(words)


def version(node) -> str:
    """Return the release that runs."""
    return node.version


def modules(node) -> list:
    """Return the loaded modules."""
    return sorted(node.modules.loaded) + ["task"]


def installed(node) -> list:
    """Return the modules on flash."""
    from tepal.core import loading

    return loading.installed(node.modules)


def unload(node, name: str) -> str:
    """Drop a module from memory and release its pins."""
    from tepal.core import loading

    loading.unload(node.modules, str(name))
    return "Unloaded " + str(name)


def help(node) -> Report:
    """Return the manual with the loaded modules."""
    from tepal.core import manual

    return manual.text(node.modules, sorted(node.modules.loaded))


def lm(node) -> Report:
    """Return the manual with all modules on flash."""
    from tepal.core import loading, manual

    return manual.text(node.modules, loading.installed(node.modules))


def reboot(node) -> str:
    """Restart the software."""
    node.restart(hard=False)
    return "Reboot Tepal system.\nBye!"


def hard(node) -> str:
    """Restart the chip."""
    node.restart(hard=True)
    return "[HARD] Reboot Tepal system.\nBye!"


def safe(node) -> str:
    """Restart in safe mode; the reboot after that is a normal one again."""
    from tepal.core import boots

    boots.forgive("safe")
    node.restart(hard=True)
    return "[SAFE] Reboot Tepal system.\nBye!"


def webrepl(node) -> str:
    """Start the firmware's own WebREPL."""
    from tepal.core import replacing

    return replacing.start(node)


def update(node) -> str:
    """Restart, and wait for files that come through WebREPL."""
    from tepal.core import replacing

    return replacing.restart(node)


def schedule(node) -> Report:
    """Return the next ten things that ``crontasks`` starts."""
    from tepal.core import planning

    return planning.upcoming(node)


def task(node) -> str:
    """Return how to use ``task``."""
    return _INVALID


def tasks(node) -> Report:
    """Return the tags of all tasks."""
    tags = {"active": [], "inactive": []}
    for task in node.tasks.all:
        tags["active" if task.state == "running" else "inactive"].append(task.tag)
    queue = "#queue: %d #load: %d%%" % (node.tasks.free(), node.tasks.load)
    lines = ["---- Tepal  top ----", queue, "", "#Active   #taskID"]
    lines += ["Yes       " + tag for tag in tags["active"]]
    lines += ["No        " + tag for tag in tags["inactive"]]
    return Report(tags, "\n".join(lines) + "\n")


def show(node, pattern: str) -> Report:
    """Return what the tasks that match have put out."""
    shown = {task.tag: task.out for task in node.tasks.find(str(pattern))}
    if not shown:
        return Report({}, "No task found: " + str(pattern))
    if len(shown) == 1:
        return Report(shown, "".join([str(shown[tag]) for tag in shown]))
    return Report(shown, "\n".join([tag + ": " + str(shown[tag]) for tag in shown]))


async def kill(node, pattern: str) -> Report:
    """End the tasks that match."""
    ended = await ending.kill(node.tasks, str(pattern))
    if not ended:
        return Report({}, "No task found: " + str(pattern))
    return Report(ended, "Kill: " + ", ".join([tag + "|" + str(ended[tag]) for tag in ended]))


COMMANDS = {
    "hello": {"": (hello, NOBODY)},
    "version": {"": (version, NOBODY)},
    "modules": {
        "": (modules, VIEW),
        "installed": (installed, VIEW),
        "unload": (unload, ADMIN),
    },
    "help": {"": (help, VIEW), "lm": (lm, VIEW)},
    "schedule": {"": (schedule, VIEW), "next": (schedule, VIEW)},
    "reboot": {"": (reboot, ADMIN), "hard": (hard, ADMIN), "safe": (safe, ADMIN)},
    "update": "tepal.core.update_commands",
    "app": "tepal.core.app_commands",
    "webrepl": {"": (webrepl, ADMIN), "update": (update, ADMIN)},
    "task": {
        "": (task, VIEW),
        "list": (tasks, VIEW),
        "show": (show, VIEW),
        "kill": (kill, CONTROL),
    },
}
