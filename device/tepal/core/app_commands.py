"""The commands ``app``, each in a file that is loaded when it is wanted: this one stays while they run."""

# Of the part apps, which a release can leave out.

import sys

from tepal.core.commands import ADMIN, CONTROL, VIEW
from tepal.formats.errors import TepalError

RARE = True
_NAME = "the name of an app"
_USAGE = """app list, app info / log / start / stop <uid>
app set <uid> <setting> [value]
app install / upgrade <file or address> [pinned=True] [downgrade=True]
app remove <uid> [purge=True] [force=True]"""


def usage(node) -> str:
    """Return how to use ``app``."""
    return _USAGE


def _later(module: str, function: str, *wanted: str):
    path = "tepal.core.app_" + module

    def run(node, *args, **named):
        if len(args) + len(named) < len(wanted):
            raise TepalError("arguments", " and ".join(wanted) + " expected")
        node.sweep()  # the command came by much code that is not needed any more
        __import__(path)
        return getattr(sys.modules[path], function)(node, *args, **named)

    return run


COMMANDS = {
    "": (usage, VIEW),
    "list": (_later("listing", "listed"), VIEW),
    "info": (_later("listing", "info", _NAME), VIEW),
    "log": (_later("listing", "log", _NAME), VIEW),
    "start": (_later("launch", "start", _NAME), CONTROL),
    "stop": (_later("asked", "stop", _NAME), CONTROL),
    "set": (_later("settings", "change", _NAME, "that of a setting"), CONTROL),
    "install": (_later("asked", "install", "a file or an address"), ADMIN),
    "upgrade": (_later("asked", "install", "a file or an address"), ADMIN),
    "remove": (_later("asked", "remove", _NAME), ADMIN),
}
